import { once } from 'node:events';
import { get } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  LogInDocument,
  LogOutDocument,
  MeDocument,
  RefreshTokenDocument,
  SignUpDocument,
  TypedDocumentString,
  UpdateProfileDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { type Stack, startStack } from '../support/start.ts';
import { bearer, logIn } from './flows.ts';

/** As heavy as 100 groups: the embedded org puts no groups into tokens, but every scope. */
const scopesOf = (length: number) =>
  Array.from({ length: 100 }, (_, index) => `retail-${index}`.padEnd(length, 'x'));
const always = ['openid', 'offline_access'];
const userGrants = ['password', 'authorization_code', 'refresh_token', 'client_credentials'];

function startWith(scopes: readonly string[]): Promise<Stack> {
  const rule = {
    grantTypes: userGrants,
    scopes: [...always, ...scopes],
    accessTokenLifetimeMinutes: 60,
    refreshTokenLifetimeMinutes: 0,
    refreshTokenWindowMinutes: 10_080,
  };
  const server = {
    id: 'default',
    audience: 'api://default',
    scopes: [...always, ...scopes],
    policies: [{ clientIds: 'ALL_CLIENTS' as const, rules: [rule] }],
  };
  return startStack({
    okta: { scopes: [...always, ...scopes] },
    seed: { authorizationServers: [server] },
  });
}

let large: Stack;
let tooLarge: Stack;
beforeAll(async () => {
  [large, tooLarge] = await Promise.all([startWith(scopesOf(220)), startWith(scopesOf(260))]);
});
afterAll(() => Promise.all([large.close(), tooLarge.close()]));

test('a token as large as Okta can issue works wherever a token comes in', async () => {
  const { gql, basic, url, okta } = large;
  const { accessToken, refreshToken } = await logIn(large);
  expect(accessToken.length).toBeGreaterThan(30_000);
  const service = { authorization: basic };

  const validated = await gql(ValidateTokenDocument, { input: { token: accessToken } }, service);
  expect(validated.data?.validateToken).toMatchObject({ active: true });
  const literal = new TypedDocumentString<{ validateToken: unknown }, object>(
    `{ validateToken(input: { token: "${accessToken}" }) { active } }`,
  );
  for (const _time of [1, 2, 3]) {
    const { data } = await gql(literal, {}, service);
    expect(data?.validateToken).toEqual({ active: true });
  }
  const introspected = await fetch(`${url}/introspect`, {
    method: 'POST',
    headers: service,
    body: new URLSearchParams({ token: accessToken }),
  });
  expect(await introspected.json()).toMatchObject({ active: true });
  // Not by fetch, which reads 16 KiB of headers: the answer tells all the scopes.
  const [authorized] = await once(
    get(`${url}/auth`, { headers: bearer(accessToken), maxHeaderSize: 65_536 }),
    'response',
  );
  expect(authorized.resume().statusCode).toBe(200);

  const me = await gql(MeDocument, {}, bearer(accessToken));
  expect(me.data?.me).toMatchObject({ email: okta.seeded.customer.email });
  const input = { lastName: 'Large' };
  const updated = await gql(UpdateProfileDocument, { input }, bearer(accessToken));
  expect(updated.data?.updateProfile.__typename).toBe('UpdateProfileSuccess');

  const refreshed = await gql(RefreshTokenDocument, { input: { refreshToken } });
  if (refreshed.data?.refreshToken.__typename !== 'RefreshTokenSuccess') throw new Error('none');
  const { tokens } = refreshed.data.refreshToken;
  const { data } = await gql(LogOutDocument, {
    input: { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken },
  });
  expect(data?.logOut.__typename).toBe('LogOutSuccess');
  const ended = { token: tokens.accessToken };
  const over = await gql(ValidateTokenDocument, { input: ended }, service);
  expect(over.data?.validateToken).toMatchObject({ active: false, reason: 'REVOKED' });
});

test('a token that is too long for this API is not handed out, and the log says why', async () => {
  const { gql, okta, logs } = tooLarge;
  const { data } = await gql(LogInDocument, { input: okta.seeded.customer });
  expect(data?.logIn).toMatchObject({ __typename: 'LogInDenied', code: 'LOG_IN_DENIED' });
  const line = JSON.parse(logs.findLast((one) => one.includes('"event":"request"')) ?? '{}');
  expect(line.failures).toEqual([{ error: 'LogInDenied', reason: 'TOKEN_TOO_LONG', causes: [] }]);
  expect(okta.requests.all().map(({ path }) => path)).toContain('/oauth2/default/v1/revoke');

  const input = {
    email: 'ada@example.com',
    password: 'Correct-Horse-7',
    firstName: 'Ada',
    lastName: 'L',
  };
  const signedUp = await gql(SignUpDocument, { input });
  expect(signedUp.data?.signUp).toMatchObject({ __typename: 'SignUpSuccess', tokens: null });
});
