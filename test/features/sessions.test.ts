import { expect, test } from 'vitest';
import {
  LogInDocument,
  LogOutDocument,
  MeDocument,
  RefreshTokenDocument,
  RevokeSessionDocument,
  SignUpDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { names } from '../support/accounts.ts';
import { startStack } from '../support/start.ts';
import { afterLogIn, bearer, logIn } from './flows.ts';

const day = 24 * 60 * 60_000;
const eve = { email: 'eve@example.com', password: 'Correct-Horse-7' };
const unknown = 'oar00000000000000000';

afterLogIn((stack) => {
  const sessionsOf = async (accessToken: string) => {
    const { data, errors } = await stack().gql(MeDocument, { sessions: true }, bearer(accessToken));
    expect(errors).toBeUndefined();
    return data?.me?.sessions ?? [];
  };
  const revoke = async (sessionId: string, headers?: { authorization: string }) => {
    const { data, errors } = await stack().gql(
      RevokeSessionDocument,
      { input: { sessionId } },
      headers,
    );
    return data?.revokeSession ?? errors?.map(({ extensions }) => extensions?.['code']);
  };
  const refresh = async (refreshToken: string) => {
    const { data } = await stack().gql(RefreshTokenDocument, { input: { refreshToken } });
    return data?.refreshToken;
  };

  test('every log-in is a session, the latest used one first', async () => {
    const started = stack().clock.now();
    const phone = await logIn(stack());
    stack().clock.advance(day);
    const laptop = await logIn(stack());
    stack().clock.advance(day);
    const refreshed = await refresh(phone.refreshToken);
    expect(refreshed?.__typename).toBe('RefreshTokenSuccess');
    stack().clock.advance(60_000);
    const again = await logIn(stack());
    const sessions = await sessionsOf(again.accessToken);
    expect(sessions.map(({ current }) => current)).toEqual([true, false, false]);
    const [, first, second] = sessions;
    expect(first).toMatchObject({
      id: expect.stringMatching(/^oar/),
      clientId: stack().okta.seeded.apiClient.clientId,
    });
    const at = (text: string | null | undefined) => Date.parse(text ?? '');
    expect(at(first?.createdAt)).toBeGreaterThanOrEqual(started);
    expect(at(first?.createdAt)).toBeLessThan(started + day);
    expect(at(first?.lastUsedAt)).toBeGreaterThanOrEqual(started + 2 * day);
    expect(at(first?.expiresAt)).toBe(at(first?.lastUsedAt) + 90 * day);
    expect(at(second?.createdAt)).toBe(at(second?.lastUsedAt));
    expect(laptop.refreshToken).not.toBe(phone.refreshToken);
  });

  test('a session stays the current one when it is refreshed', async () => {
    await logIn(stack());
    const here = await logIn(stack());
    const [before] = (await sessionsOf(here.accessToken)).filter(({ current }) => current);
    const refreshed = await refresh(here.refreshToken);
    if (refreshed?.__typename !== 'RefreshTokenSuccess') throw new Error('not refreshed');
    const [after] = (await sessionsOf(refreshed.tokens.accessToken)).filter(
      ({ current }) => current,
    );
    expect(after?.id).toBe(before?.id);
  });

  test('the list of one customer has nothing of another', async () => {
    await logIn(stack());
    await stack().gql(SignUpDocument, { input: { ...eve, ...names } });
    const { accessToken } = await logIn(stack(), eve);
    expect(await sessionsOf(accessToken)).toHaveLength(1);
  });

  test('a session on another device can be ended', async () => {
    const here = await logIn(stack());
    const there = await logIn(stack());
    const [other] = (await sessionsOf(here.accessToken)).filter(({ current }) => !current);
    const sessionId = other?.id ?? '';
    expect(await revoke(sessionId, bearer(here.accessToken))).toEqual({
      __typename: 'RevokeSessionSuccess',
      sessionId,
    });
    expect((await refresh(there.refreshToken))?.__typename).toBe('RefreshTokenRejected');
    expect((await refresh(here.refreshToken))?.__typename).toBe('RefreshTokenSuccess');
    expect(await sessionsOf(here.accessToken)).toHaveLength(1);
    expect(await revoke(sessionId, bearer(here.accessToken))).toMatchObject({
      __typename: 'SessionNotFound',
      code: 'SESSION_NOT_FOUND',
      retryable: false,
    });
  });

  test('no customer can end a session of another', async () => {
    const victim = await logIn(stack());
    const [session] = await sessionsOf(victim.accessToken);
    await stack().gql(SignUpDocument, { input: { ...eve, ...names } });
    const { accessToken } = await logIn(stack(), eve);
    const answer = await revoke(session?.id ?? '', bearer(accessToken));
    expect(answer).toMatchObject({ __typename: 'SessionNotFound' });
    expect((await refresh(victim.refreshToken))?.__typename).toBe('RefreshTokenSuccess');
  });

  test.each([unknown, '..', 'oar/../../00u1', 'me'])('there is no session %s', async (id) => {
    const { accessToken } = await logIn(stack());
    const before = stack().okta.requests.all().length;
    expect(await revoke(id, bearer(accessToken))).toMatchObject({ __typename: 'SessionNotFound' });
    const paths = stack()
      .okta.requests.all()
      .slice(before)
      .map(({ method, path }) => `${method} ${path}`);
    expect(paths.filter((path) => path.startsWith('DELETE'))).toHaveLength(id === unknown ? 1 : 0);
  });

  test.each([
    ['', 'REQUIRED'],
    ['a b', 'MALFORMED'],
  ])('the session id %j is refused', async (id, problem) => {
    const { accessToken } = await logIn(stack());
    expect(await revoke(id, bearer(accessToken))).toMatchObject({
      __typename: 'ValidationFailed',
      fields: [{ field: 'sessionId', problem }],
    });
  });

  test('to end a session needs the access token of a customer', async () => {
    expect(await revoke(unknown)).toEqual(['CALLER_UNAUTHENTICATED']);
    expect(await revoke(unknown, { authorization: stack().basic })).toEqual(['FORBIDDEN']);
    expect(await revoke(unknown, bearer('nonsense'))).toEqual(['TOKEN_INVALID']);
  });

  test('a limit of Okta is typed for the mutation, and an error for the list', async () => {
    const { accessToken } = await logIn(stack());
    const answer = { kind: 'answer', status: 429, headers: { 'retry-after': '7' } } as const;
    stack().okta.fail({ path: /\/clients\//, fault: answer });
    expect(await revoke(unknown, bearer(accessToken))).toMatchObject({
      __typename: 'RateLimited',
      scope: 'UPSTREAM',
    });
    const { data, errors } = await stack().gql(MeDocument, { sessions: true }, bearer(accessToken));
    expect(data?.me).toMatchObject({ email: 'demo@example.com', sessions: null });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
  });
});

test('which session it is stays open where the access token does not say', async () => {
  const stack = await startStack({ okta: { scopes: ['openid', 'profile'] } });
  try {
    const { customer, apiClient } = stack.okta.seeded;
    const { email, password } = customer;
    const secret = `${apiClient.clientId}:${apiClient.clientSecret}`;
    // A session at the same app that did ask for a refresh token.
    await fetch(`${stack.okta.issuer}/v1/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(secret).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'password',
        username: email,
        password,
        scope: 'openid offline_access',
      }),
    });
    const { data } = await stack.gql(LogInDocument, { input: { email, password } });
    if (data?.logIn.__typename !== 'LogInSuccess') throw new Error('not logged in');
    const headers = bearer(data.logIn.tokens.accessToken);
    const me = await stack.gql(MeDocument, { sessions: true }, headers);
    expect(me.data?.me?.sessions).toMatchObject([{ current: null }]);
    const everyOther = { input: { scope: 'OTHER_SESSIONS' } } as const;
    const out = await stack.gql(LogOutDocument, everyOther, headers);
    expect(out.data?.logOut).toMatchObject({ __typename: 'CurrentSessionUnknown' });
    const after = await stack.gql(MeDocument, { sessions: true }, headers);
    expect(after.data?.me?.sessions).toHaveLength(1);
  } finally {
    await stack.close();
  }
});
