import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LogInDocument, LogOutDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { type Stack, startStack } from '../support/start.ts';
import { buildExample, type RunningExample, startExample } from './example.ts';

let stack: Stack;
let shop: RunningExample;
const isBuilt = await buildExample('backend-fastify');

beforeAll(async () => {
  if (!isBuilt) return;
  stack = await startStack();
  shop = await startShop();
  await vi.waitFor(async () =>
    expect(await (await call('/health')).json()).toEqual({ events: 'live' }),
  );
});
afterAll(async () => {
  await shop?.stop();
  await stack?.close();
});

function startShop(env: Readonly<Record<string, string>> = {}): Promise<RunningExample> {
  const { clientId, clientSecret } = stack.okta.seeded.serviceClient;
  const settings = {
    ACCOUNT_API_URL: stack.url,
    ACCOUNT_API_SERVICE_ID: clientId,
    ACCOUNT_API_SERVICE_SECRET: clientSecret,
    PORT: '0',
    ...env,
  };
  return startExample(
    'backend-fastify',
    ['dist/server.js'],
    settings,
    /listening at (http:\/\/[\d.:]+)/,
  );
}

function call(path: string, token?: string, method = 'GET', { url } = shop): Promise<Response> {
  const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  return fetch(`${url}${path}`, { method, headers });
}

async function logIn() {
  const { data } = await stack.gql(LogInDocument, { input: stack.okta.seeded.customer });
  if (data?.logIn.__typename !== 'LogInSuccess') throw new Error(data?.logIn.__typename);
  return data.logIn.tokens;
}

test.runIf(isBuilt)(
  'a customer gets their orders with their profile, and others a challenge',
  async () => {
    const { accessToken } = await logIn();
    const answer = await call('/orders', accessToken);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      customer: { email: stack.okta.seeded.customer.email, name: 'Demo Customer' },
      orders: [{ number: 1001 }],
    });

    const anonymous = await call('/orders');
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="api"',
    ]);
    const wrong = await call('/orders', `${accessToken}x`);
    expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"');
  },
);

test.runIf(isBuilt)('the checkout asks Okta, and asks for a scope', async () => {
  const { accessToken } = await logIn();
  const answer = await call('/checkout', accessToken, 'POST');
  expect([answer.status, (await answer.json()).checkedBy]).toEqual([201, 'INTROSPECT']);

  const strict = await startShop({ CHECKOUT_SCOPE: 'orders:write' });
  const refused = await call('/checkout', accessToken, 'POST', strict);
  await strict.stop();
  expect(refused.status).toBe(403);
  expect(refused.headers.get('www-authenticate')).toContain('scope="orders:write"');
});

test.runIf(isBuilt)('a token is refused within a second of the log-out', async () => {
  const { accessToken, refreshToken } = await logIn();
  expect((await call('/orders', accessToken)).status).toBe(200);
  await stack.gql(LogOutDocument, { input: { accessToken, refreshToken } });
  const status = async () => (await call('/orders', accessToken)).status;
  await expect.poll(status, { timeout: 1_000, interval: 20 }).toBe(401);
});

test.runIf(isBuilt)('an API that is away is no reason to log anybody out', async () => {
  const { accessToken } = await logIn();
  const alone = await startShop({ ACCOUNT_API_URL: 'http://127.0.0.1:9' });
  const answer = await call('/orders', accessToken, 'GET', alone);
  await alone.stop();
  expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true]);
});
