import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { logIn } from '../../features/flows.ts';
import { type Stack, startStack } from '../../support/start.ts';
import { send, sendBytes } from '../tiny.ts';

const introspect = '/oauth2/default/v1/introspect';
const granted = 'openid profile email offline_access';

let stack: Stack;
let accessToken: string;
beforeAll(async () => {
  stack = await startStack();
  ({ accessToken } = await logIn(stack));
});
beforeEach(() => stack.okta.requests.clear());
afterAll(() => stack.close());

const ask = (path: string, authorization = `Bearer ${accessToken}`, method = 'GET') =>
  send(stack.url, { path, method, headers: authorization === '' ? {} : { authorization } });
const asked = () => stack.okta.requests.all().filter(({ path }) => path === introspect);
const lastLine = () => JSON.parse(stack.logs.at(-1) ?? '{}');

test('a good token is said to be whose it is, in headers alone', async () => {
  const { status, headers, text } = await ask('/auth');
  expect({ status, text }).toEqual({ status: 200, text: '' });
  expect(headers).toMatchObject({
    'x-user-id': expect.stringMatching(/^00u\w+$/),
    'x-user-login': stack.okta.seeded.customer.email,
    'x-client-id': stack.okta.seeded.apiClient.clientId,
    'x-scopes': granted,
    'x-token-expires-at': expect.stringMatching(/^\d{10}$/),
    'cache-control': 'no-store',
  });
  expect(asked()).toEqual([]);
  expect(lastLine()).toMatchObject({ path: '/auth', caller: 'customer', outcomes: ['ACTIVE'] });
});

test('a login that no header could hold is percent-encoded', async () => {
  const email = 'zoë+50%@example.com';
  const seed = { users: [{ email, password: 'Correct-Horse-7', firstName: 'Zoë', lastName: 'B' }] };
  const other = await startStack({ seed });
  onTestFinished(() => other.close());
  const session = await logIn(other, { email, password: 'Correct-Horse-7' });
  const headers = { authorization: `Bearer ${session.accessToken}` };
  const answer = await send(other.url, { method: 'GET', path: '/auth', headers });
  expect(answer.headers['x-user-login']).toBe('zo%C3%AB+50%25@example.com');
});

test.each(['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])(
  '%s is answered as GET is, with the path of the client behind',
  async (method) => {
    const path = '/auth/orders/7?scope=nothing&access_token=x.y.z';
    const good = await ask(path, undefined, method);
    expect(good).toMatchObject({ status: 200, headers: { 'x-scopes': granted }, text: '' });
    expect((await ask(path, '', method)).status).toBe(401);
  },
);

describe('a token that is not good', () => {
  const realm = 'Bearer realm="customers"';
  test.each([
    ['none', '', realm, 'CALLER_UNAUTHENTICATED'],
    ['another scheme', 'Basic eDp5', realm, 'CALLER_UNAUTHENTICATED'],
    ['no token behind the scheme', 'Bearer ', realm, 'CALLER_UNAUTHENTICATED'],
    ['no JWT', 'Bearer x.y.z', `${realm}, error="invalid_token"`, 'MALFORMED'],
    ['an opaque string', 'Bearer opaque', `${realm}, error="invalid_token"`, 'MALFORMED'],
    ['a huge one', `Bearer ${'x'.repeat(12_000)}`, `${realm}, error="invalid_token"`, 'MALFORMED'],
  ])('%s', async (_what, authorization, challenge, outcome) => {
    const answer = await ask('/auth', authorization);
    expect(answer).toMatchObject({ status: 401, text: '' });
    expect(answer.headers['www-authenticate']).toBe(challenge);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-user'))).toEqual([]);
    expect(lastLine()).toMatchObject({ outcomes: [outcome] });
    expect(stack.okta.requests.all()).toEqual([]);
  });

  test('the token of a service is no customer', async () => {
    const { clientId, clientSecret, scope } = stack.okta.seeded.serviceClient;
    const response = await fetch(`${stack.okta.issuer}/v1/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    const { access_token } = (await response.json()) as { access_token: string };
    expect((await ask('/auth', `Bearer ${access_token}`)).status).toBe(401);
  });

  test('of two headers, which the service behind may read the other way round, none counts', async () => {
    const lines = ['GET /auth HTTP/1.1', 'Host: x', 'Connection: close'];
    const two = [`Authorization: Bearer ${accessToken}`, 'authorization: Bearer x.y.z'];
    const answer = await sendBytes(stack.url, `${[...lines, ...two].join('\r\n')}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain(`WWW-Authenticate: ${realm}, error="invalid_request"`);
  });

  test('an expired one is named as expired', async () => {
    const other = await startStack({ beside: { ...stack, clock: ahead(26 * 60 * 60_000) } });
    onTestFinished(() => other.close());
    const headers = { authorization: `Bearer ${accessToken}` };
    const answer = await send(other.url, { method: 'GET', path: '/auth', headers });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe(
      `${realm}, error="invalid_token", error_description="The access token has expired."`,
    );
  });

  const ahead = (ms: number): Stack['clock'] => ({
    now: () => stack.clock.now() + ms,
    advance: () => undefined,
  });
});

describe('scopes that the gateway asks for', () => {
  test.each([
    ['/auth?scope=email', 200],
    ['/auth?scope=email+openid', 200],
    ['/auth;scope=email', 200],
    ['/auth;scope=email+openid/orders/7', 200],
    ['/auth?scope=orders.read', 403],
    ['/auth?scope=email%20orders.read', 403],
    ['/auth;scope=orders.read', 403],
    ['/auth;scope=orders.read/orders/7', 403],
    ['/auth;freshness=LOCAL;scope=orders.read/orders/7', 403],
    // What its client asks for is the client's own affair, and cannot take anything away.
    ['/auth;scope=orders.read/?scope=email', 403],
    ['/auth;scope=orders.read//auth;scope=email', 403],
    ['/auth;scope=email/;scope=orders.read', 200],
  ])('%s: %i', async (path, status) => {
    const answer = await ask(path);
    expect(answer.status).toBe(status);
    if (status === 200) return;
    expect(answer.headers['www-authenticate']).toMatch(
      /^Bearer realm="customers", error="insufficient_scope", scope="[a-z. ]*orders.read"$/,
    );
    expect(lastLine()).toMatchObject({ outcomes: ['insufficient_scope'] });
  });

  test.each([
    '/auth?scopes=email',
    '/auth?scope=',
    '/auth?scope=email&scope=orders.read',
    '/auth;scope=email?scope=orders.read',
    '/auth?scope=a%22b',
    '/auth?freshness=INTROSPECT',
    '/auth?max_age=5',
    '/auth?freshness=CACHED&max_age=soon',
    '/auth?access_token=x.y.z',
  ])('%s is a mistake of the gateway, and refuses everyone', async (path) => {
    expect((await ask(path)).status).toBe(400);
  });

  test.each(['/authx', '/auth.', '/auth%3Bscope=email', '/AUTH', '//auth'])(
    '%s is another path',
    async (path) => {
      expect((await ask(path)).status).toBe(404);
    },
  );
});

test('a gateway may want Okta to have been asked in the last seconds', async () => {
  const { accessToken: fresh } = await logIn(stack);
  const check = () => ask('/auth?freshness=cached&max_age=10', `Bearer ${fresh}`);
  const undo = stack.okta.fail({ path: introspect, fault: { kind: 'answer', status: 503 } });
  onTestFinished(undo);
  const unknown = await check();
  expect(unknown).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, text: '' });
  expect(lastLine()).toMatchObject({ status: 503, outcomes: ['UPSTREAM_UNAVAILABLE'] });
  undo();
  stack.okta.requests.clear();
  for (const { status } of [await check(), await check()]) expect(status).toBe(200);
  expect(asked()).toHaveLength(1);
  stack.clock.advance(11_000);
  expect((await check()).status).toBe(200);
  expect(asked()).toHaveLength(2);
});
