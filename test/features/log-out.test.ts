import { expect, test } from 'vitest';
import {
  LogOutDocument,
  type LogOutInput,
  RefreshTokenDocument,
  ValidateTokenDocument,
} from '../gql/graphql.ts';
import { bearer, logIn, onBothFlows } from './flows.ts';

onBothFlows((stack) => {
  const logOut = async (input: LogOutInput, headers?: { authorization: string }) => {
    const { data, errors } = await stack().gql(LogOutDocument, { input }, headers);
    expect(errors).toBeUndefined();
    return data?.logOut;
  };
  const refreshes = async (refreshToken: string) => {
    const { data } = await stack().gql(RefreshTokenDocument, { input: { refreshToken } });
    return data?.refreshToken.__typename;
  };
  const isActive = async (token: string) => {
    const input = { token, freshness: 'INTROSPECT' } as const;
    const service = { authorization: stack().basic };
    const { data } = await stack().gql(ValidateTokenDocument, { input }, service);
    return data?.validateToken?.active;
  };

  test('both tokens end, and a session on another device goes on', async () => {
    const here = await logIn(stack());
    const there = await logIn(stack());
    expect(await logOut(here)).toEqual({
      __typename: 'LogOutSuccess',
      revoked: ['REFRESH_TOKEN', 'ACCESS_TOKEN'],
      sessionsEnded: null,
    });
    expect(await isActive(here.accessToken)).toBe(false);
    expect(await refreshes(here.refreshToken)).toBe('RefreshTokenRejected');
    expect(await isActive(there.accessToken)).toBe(true);
    expect(await refreshes(there.refreshToken)).toBe('RefreshTokenSuccess');
  });

  test('one token is enough', async () => {
    const { accessToken, refreshToken } = await logIn(stack());
    expect(await logOut({ accessToken })).toMatchObject({ revoked: ['ACCESS_TOKEN'] });
    expect(await isActive(accessToken)).toBe(false);
    expect(await logOut({ refreshToken })).toMatchObject({ revoked: ['REFRESH_TOKEN'] });
    expect(await refreshes(refreshToken)).toBe('RefreshTokenRejected');
  });

  test('unknown and ended tokens succeed alike', async () => {
    const session = await logIn(stack());
    await logOut(session);
    for (const input of [session, { accessToken: 'unknown', refreshToken: 'unknown' }]) {
      expect((await logOut(input))?.__typename).toBe('LogOutSuccess');
    }
  });

  test.each([
    [{}, [{ field: 'refreshToken', problem: 'REQUIRED' }]],
    [{ refreshToken: null, accessToken: null }, [{ field: 'refreshToken', problem: 'REQUIRED' }]],
    [
      { refreshToken: 'a b', accessToken: '' },
      [
        { field: 'refreshToken', problem: 'MALFORMED' },
        { field: 'accessToken', problem: 'REQUIRED' },
      ],
    ],
  ])('%j is refused', async (input, fields) => {
    expect(await logOut(input)).toMatchObject({ __typename: 'ValidationFailed', fields });
  });

  test('the other sessions end, and this one goes on', async () => {
    const here = await logIn(stack());
    const there = [await logIn(stack()), await logIn(stack())];
    const answer = await logOut({ scope: 'OTHER_SESSIONS' }, bearer(here.accessToken));
    expect(answer).toEqual({ __typename: 'LogOutSuccess', revoked: [], sessionsEnded: 2 });
    for (const { accessToken, refreshToken } of there) {
      expect(await isActive(accessToken)).toBe(false);
      expect(await refreshes(refreshToken)).toBe('RefreshTokenRejected');
    }
    expect(await isActive(here.accessToken)).toBe(true);
    const again = await logOut({ scope: 'OTHER_SESSIONS' }, bearer(here.accessToken));
    expect(again).toMatchObject({ sessionsEnded: 0 });
    expect(await refreshes(here.refreshToken)).toBe('RefreshTokenSuccess');
  });

  test('the sessions at Okta itself end with the other ones', async () => {
    const here = await logIn(stack());
    await logOut({ scope: 'OTHER_SESSIONS' }, bearer(here.accessToken));
    const ended = stack()
      .okta.requests.all()
      .filter(({ method, path }) => method === 'DELETE' && path.endsWith('/sessions'));
    expect(ended.map(({ query }) => new URLSearchParams(query).get('oauthTokens'))).toEqual([
      'false',
    ]);
  });

  test('many other sessions end in one go', async () => {
    const here = await logIn(stack());
    for (let count = 0; count < 25; count += 1) await logIn(stack());
    const answer = await logOut({ scope: 'OTHER_SESSIONS' }, bearer(here.accessToken));
    expect(answer).toMatchObject({ sessionsEnded: 25 });
  });

  test('a session that was ended elsewhere cannot end the others', async () => {
    const here = await logIn(stack());
    const there = await logIn(stack());
    await logOut({ refreshToken: here.refreshToken });
    const answer = await logOut({ scope: 'OTHER_SESSIONS' }, bearer(here.accessToken));
    expect(answer).toMatchObject({
      __typename: 'CurrentSessionUnknown',
      code: 'CURRENT_SESSION_UNKNOWN',
      retryable: false,
    });
    expect(await refreshes(there.refreshToken)).toBe('RefreshTokenSuccess');
  });

  test('everywhere means this session too', async () => {
    const here = await logIn(stack());
    const there = await logIn(stack());
    const answer = await logOut({ scope: 'EVERYWHERE' }, bearer(here.accessToken));
    expect(answer).toEqual({ __typename: 'LogOutSuccess', revoked: [], sessionsEnded: null });
    for (const { accessToken, refreshToken } of [here, there]) {
      expect(await isActive(accessToken)).toBe(false);
      expect(await refreshes(refreshToken)).toBe('RefreshTokenRejected');
    }
    // The token verifies to its end, so an answer that was lost can be asked for again.
    const again = await logOut({ scope: 'EVERYWHERE' }, bearer(here.accessToken));
    expect(again?.__typename).toBe('LogOutSuccess');
  });

  test.each(['OTHER_SESSIONS', 'EVERYWHERE'] as const)(
    '%s is for the customer alone, whatever tokens are sent with it',
    async (scope) => {
      const session = await logIn(stack());
      const codeFor = async (headers?: { authorization: string }) => {
        const input = { scope, ...session };
        const { errors } = await stack().gql(LogOutDocument, { input }, headers);
        return errors?.map(({ extensions }) => extensions?.['code']);
      };
      expect(await codeFor()).toEqual(['CALLER_UNAUTHENTICATED']);
      expect(await codeFor({ authorization: stack().basic })).toEqual(['FORBIDDEN']);
      expect(await codeFor(bearer(session.refreshToken))).toEqual(['TOKEN_INVALID']);
      expect(await refreshes(session.refreshToken)).toBe('RefreshTokenSuccess');
    },
  );

  test.each(['OTHER_SESSIONS', 'EVERYWHERE'] as const)(
    '%s that Okta cannot do now is typed',
    async (scope) => {
      const { accessToken } = await logIn(stack());
      stack().okta.fail({ path: /^\/api\/v1\/users\//, fault: { kind: 'answer', status: 503 } });
      expect(await logOut({ scope }, bearer(accessToken))).toMatchObject({
        __typename: 'UpstreamUnavailable',
        retryable: true,
      });
    },
  );
});
