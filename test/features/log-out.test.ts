import { expect, onTestFinished, test } from 'vitest';
import {
  LogOutDocument,
  type LogOutInput,
  MeDocument,
  RefreshTokenDocument,
  SignUpDocument,
  type TokenFreshness,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { afterLogIn, bearer, logIn } from './flows.ts';

const grace = { email: 'grace@example.com', password: 'Correct-Horse-8' };

afterLogIn((stack) => {
  const logOut = async (input: LogOutInput, headers?: { authorization: string }) => {
    const { data, errors } = await stack().gql(LogOutDocument, { input }, headers);
    expect(errors).toBeUndefined();
    return data?.logOut;
  };
  const refreshes = async (refreshToken: string) => {
    const { data } = await stack().gql(RefreshTokenDocument, { input: { refreshToken } });
    return data?.refreshToken.__typename;
  };
  const calls = (endpoint: string) =>
    stack()
      .okta.requests.all()
      .filter(({ path }) => path.endsWith(endpoint)).length;
  const isActive = async (token: string, freshness: TokenFreshness = 'INTROSPECT') => {
    const input = { token, freshness };
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

  test('a local check sees it at once, for every token that ends', async () => {
    const here = await logIn(stack());
    const there = await logIn(stack());
    const { data } = await stack().gql(RefreshTokenDocument, {
      input: { refreshToken: here.refreshToken },
    });
    if (data?.refreshToken.__typename !== 'RefreshTokenSuccess') throw new Error('Not refreshed.');
    const { accessToken, refreshToken } = data.refreshToken.tokens;
    expect(await isActive(here.accessToken, 'LOCAL')).toBe(true);
    await logOut({ accessToken, refreshToken });
    stack().okta.requests.clear();
    expect(await isActive(accessToken, 'LOCAL')).toBe(false);
    // It is known to have ended: Okta is not called.
    expect(calls('introspect')).toBe(0);
    const { errors } = await stack().gql(MeDocument, {}, bearer(accessToken));
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['TOKEN_INVALID']);
    expect(await isActive(here.accessToken, 'LOCAL')).toBe(false);
    expect(await isActive(there.accessToken, 'LOCAL')).toBe(true);
  });

  test('a refresh token alone ends the access tokens of its session, and of no other', async () => {
    const here = await logIn(stack());
    const there = await logIn(stack());
    expect(await isActive(here.accessToken, 'LOCAL')).toBe(true);
    stack().okta.requests.clear();
    await logOut({ refreshToken: here.refreshToken });
    expect(calls('introspect')).toBe(1);
    // Of its own name, by which it waits with the log-ins and not with the backends.
    expect(stack().logs.some((line) => line.includes('introspect/log-out'))).toBe(true);
    expect(await isActive(here.accessToken, 'LOCAL')).toBe(false);
    expect(await isActive(there.accessToken, 'LOCAL')).toBe(true);
    stack().okta.requests.clear();
    expect(await isActive(there.accessToken, 'LOCAL')).toBe(true);
    expect(calls('introspect')).toBe(0);
  });

  test('a refresh token that was just used ends its session where Okta cannot be asked', async () => {
    // Away from the tests before, which have had the tokens of this customer rechecked.
    stack().clock.advance(61_000);
    const here = await logIn(stack());
    const there = await logIn(stack());
    stack().clock.advance(61_000);
    const input = { refreshToken: here.refreshToken };
    const { data } = await stack().gql(RefreshTokenDocument, { input });
    if (data?.refreshToken.__typename !== 'RefreshTokenSuccess') throw new Error('Not refreshed.');
    const fault = { kind: 'answer', status: 503 } as const;
    onTestFinished(stack().okta.fail({ path: /\/introspect$/, fault }));
    expect((await logOut(input))?.__typename).toBe('LogOutSuccess');
    expect(await isActive(here.accessToken, 'LOCAL')).toBe(false);
    expect(await isActive(there.accessToken, 'LOCAL')).toBe(true);
    expect(calls('introspect')).toBe(0);
    // Issued a moment ago, so that its end may have come before.
    expect(await isActive(data.refreshToken.tokens.accessToken, 'LOCAL')).not.toBe(true);
  });

  test.each([
    ['another session of the customer', false],
    ['another customer', true],
  ])(
    'a local check sees the end of a session whose refresh token came with the access token of %s',
    async (_name, isAnother) => {
      const here = await logIn(stack());
      if (isAnother)
        await stack().gql(SignUpDocument, {
          input: { ...grace, firstName: 'Grace', lastName: 'Hopper' },
        });
      const there = await (isAnother ? logIn(stack(), grace) : logIn(stack()));
      // Past what clocks may differ by.
      stack().clock.advance(60_000);
      expect(await isActive(there.accessToken, 'LOCAL')).toBe(true);
      await logOut({ accessToken: here.accessToken, refreshToken: there.refreshToken });
      expect(await isActive(here.accessToken, 'LOCAL')).toBe(false);
      expect(await isActive(there.accessToken, 'LOCAL')).toBe(false);
    },
  );

  test('an access token that has to be rechecked ends, even if Okta cannot be asked', async () => {
    const session = await logIn(stack());
    // It is unknown which session that was: every token of the customer is rechecked.
    await logOut({ refreshToken: (await logIn(stack())).refreshToken });
    const undo = stack().okta.fail({
      path: /\/introspect$/,
      fault: { kind: 'answer', status: 503 },
    });
    onTestFinished(undo);
    expect((await logOut(session))?.__typename).toBe('LogOutSuccess');
    expect(await isActive(session.accessToken, 'LOCAL')).toBe(false);
  });

  test('a log-out that Okta cannot do now ends nothing', async () => {
    const session = await logIn(stack());
    // Past what clocks may differ by.
    stack().clock.advance(60_000);
    const undo = stack().okta.fail({ path: /\/revoke$/, fault: { kind: 'answer', status: 503 } });
    onTestFinished(undo);
    const { data } = await stack().gql(LogOutDocument, { input: session });
    expect(data?.logOut.__typename).toBe('UpstreamUnavailable');
    expect(await isActive(session.accessToken, 'LOCAL')).toBe(true);
    undo();
    await logOut(session);
    expect(await isActive(session.accessToken, 'LOCAL')).toBe(false);
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
      { refreshToken: 'ä b', accessToken: '' },
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

  test('many other sessions end at once', async () => {
    const here = await logIn(stack());
    for (let count = 0; count < 25; count += 1) await logIn(stack());
    const answer = await logOut({ scope: 'OTHER_SESSIONS' }, bearer(here.accessToken));
    expect(answer).toMatchObject({ sessionsEnded: 25 });
  });

  test('a session that was ended elsewhere cannot end the others', async () => {
    // Away from the tests before, or the token is rechecked at Okta.
    stack().clock.advance(61_000);
    const here = await logIn(stack());
    const there = await logIn(stack());
    const { clientId, clientSecret } = stack().okta.seeded.apiClient;
    await fetch(`${stack().okta.issuer}/v1/revoke`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ token: here.refreshToken }),
    });
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
    // A caller who missed the answer learns it this way.
    const input = { scope: 'EVERYWHERE' } as const;
    const again = await stack().gql(LogOutDocument, { input }, bearer(here.accessToken));
    expect(again.errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['TOKEN_INVALID']);
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
