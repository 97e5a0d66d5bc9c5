import {
  allowInsecureRequests,
  ClientSecretBasic,
  Configuration,
  fetchUserInfo,
} from 'openid-client';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import {
  LogOutDocument,
  UpdateProfileDocument,
} from '../../../src/clients/storefront/documents/graphql.ts';
import { bearer, logIn } from '../../features/flows.ts';
import { type Stack, startStack } from '../../support/start.ts';
import { send } from '../tiny.ts';

const seeded = {
  email: 'zoe@example.com',
  password: 'Correct-Horse-7',
  firstName: 'Zoë',
  lastName: 'Becker',
};

let stack: Stack;
let accessToken: string;
let userId: string;
beforeAll(async () => {
  stack = await startStack({ seed: { users: [seeded] } });
  ({ accessToken } = await logIn(stack, seeded));
  ({ sub: userId } = (await ask(`Bearer ${accessToken}`)).json as never);
});
beforeEach(() => stack.okta.requests.clear());
afterAll(() => stack.close());

const ask = (authorization: string, method = 'GET') =>
  send(stack.url, {
    path: '/userinfo',
    method,
    headers: authorization === '' ? {} : { authorization },
  });
const realm = 'Bearer realm="customers"';
const lastLine = () => JSON.parse(stack.logs.at(-1) ?? '{}');

test('openid-client reads the profile, with the claims of the granted scopes', async () => {
  const server = { issuer: stack.url, userinfo_endpoint: `${stack.url}/userinfo` };
  const config = new Configuration(server, 'orders', undefined, ClientSecretBasic('secret'));
  allowInsecureRequests(config);
  expect(await fetchUserInfo(config, accessToken, userId)).toEqual({
    sub: userId,
    name: 'Zoë Becker',
    given_name: 'Zoë',
    family_name: 'Becker',
    preferred_username: 'zoe@example.com',
    updated_at: expect.any(Number),
    email: 'zoe@example.com',
  });
  expect(lastLine()).toMatchObject({ path: '/userinfo', caller: 'customer', outcomes: ['ACTIVE'] });
});

test('the profile comes from the cache, without another call to Okta', async () => {
  await ask(`Bearer ${accessToken}`);
  stack.okta.requests.clear();
  expect((await ask(`Bearer ${accessToken}`)).json).toHaveProperty('sub', userId);
  expect(stack.okta.requests.all()).toEqual([]);
});

test.each(['GET', 'POST'])('%s is answered, and may not be stored', async (method) => {
  const { status, headers } = await ask(`Bearer ${accessToken}`, method);
  expect({ status, cache: headers['cache-control'] }).toEqual({ status: 200, cache: 'no-store' });
});

test('other methods are refused', async () => {
  const { status, headers } = await ask(`Bearer ${accessToken}`, 'PUT');
  expect({ status, allow: headers['allow'] }).toEqual({ status: 405, allow: 'GET, HEAD, POST' });
});

test.each([
  ['no token', '', realm],
  ['another scheme', 'Basic YTpi', realm],
  ['a text that is no token', 'Bearer x.y.z', `${realm}, error="invalid_token"`],
])('%s is refused with a challenge and no body', async (_what, authorization, challenge) => {
  const { status, headers, text } = await ask(authorization);
  expect({ status, text, challenge: headers['www-authenticate'] }).toEqual({
    status: 401,
    text: '',
    challenge,
  });
});

test('a token without the scope openid is refused', async () => {
  const scopes = ['offline_access'];
  const other = await startStack({ beside: stack, okta: { scopes } });
  onTestFinished(() => other.close());
  const session = await logIn(other, seeded);
  const { status, headers } = await ask(`Bearer ${session.accessToken}`);
  expect(status).toBe(403);
  expect(headers['www-authenticate']).toBe(`${realm}, error="insufficient_scope", scope="openid"`);
});

test('only granted scopes open their claims: phone alone gives the number', async () => {
  const other = await startStack({
    beside: stack,
    okta: { scopes: ['openid', 'phone', 'offline_access'] },
  });
  onTestFinished(() => other.close());
  const session = await logIn(other, seeded);
  const input = { mobilePhone: '+15555550100' };
  await stack.gql(UpdateProfileDocument, { input }, bearer(session.accessToken));
  const { json } = await ask(`Bearer ${session.accessToken}`);
  expect(json).toEqual({ sub: userId, phone_number: input.mobilePhone });
});

test('the token of a service has no profile', async () => {
  const { clientId, clientSecret, scope } = stack.okta.seeded.serviceClient;
  const response = await fetch(`${stack.okta.issuer}/v1/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  const { status, headers } = await ask(`Bearer ${token}`);
  expect(status).toBe(401);
  expect(headers['www-authenticate']).toBe(`${realm}, error="invalid_token"`);
});

test('after a log-out the token is refused', async () => {
  const session = await logIn(stack, seeded);
  await stack.gql(LogOutDocument, { input: { accessToken: session.accessToken } });
  expect((await ask(`Bearer ${session.accessToken}`)).status).toBe(401);
  expect(lastLine()).toMatchObject({ outcomes: ['REVOKED'] });
});

test('the account of a valid token that is suspended is refused', async () => {
  const other = await startStack({ seed: { users: [seeded] }, profileTtlSeconds: 0 });
  onTestFinished(() => other.close());
  const session = await logIn(other, seeded);
  other.okta.setStatus(seeded.email, 'SUSPENDED');
  const headers = { authorization: `Bearer ${session.accessToken}` };
  expect((await send(other.url, { path: '/userinfo', method: 'GET', headers })).status).toBe(401);
});

test('when the profile has to be read and Okta does not answer, the answer is 503', async () => {
  const other = await startStack({ seed: { users: [seeded] } });
  onTestFinished(() => other.close());
  const session = await logIn(other, seeded);
  other.okta.fail({ path: '/api/v1/users', fault: { kind: 'answer', status: 500 } });
  const headers = { authorization: `Bearer ${session.accessToken}` };
  const answer = await send(other.url, { path: '/userinfo', method: 'GET', headers });
  expect({ status: answer.status, wait: answer.headers['retry-after'] }).toEqual({
    status: 503,
    wait: '1',
  });
});
