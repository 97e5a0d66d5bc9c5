import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AccountBackend, createAccountBackend } from '../../../src/clients/backend/index.ts';
import { logIn } from '../../features/flows.ts';
import { freePort } from '../../support/free-port.ts';
import { type Stack, startStack } from '../../support/start.ts';
import { frameworks, type Running } from './frameworks.ts';

let stack: Stack;
let token: string;
let backend: AccountBackend;
/** Of an API that is not there. */
let alone: AccountBackend;

function serviceOf({ okta }: Stack) {
  const { clientId, clientSecret } = okta.seeded.serviceClient;
  return { id: clientId, secret: clientSecret };
}

beforeAll(async () => {
  stack = await startStack();
  ({ accessToken: token } = await logIn(stack));
  const options = { service: serviceOf(stack), maxStaleSeconds: 30 };
  backend = createAccountBackend({ ...options, url: stack.url });
  alone = createAccountBackend({ ...options, url: `http://127.0.0.1:${await freePort()}` });
});
afterAll(async () => {
  backend.close();
  alone.close();
  await stack.close();
});

describe.each(Object.entries(frameworks))('%s', (_, start) => {
  let app: Running;
  let appAlone: Running;
  beforeAll(async () => {
    app = await start(backend);
    appAlone = await start(alone);
  });
  afterAll(() => Promise.all([app.close(), appAlone.close()]));

  const get = async ({ url }: Running, path: string, authorization?: string) => {
    const response = await fetch(`${url}${path}`, {
      headers: authorization === undefined ? {} : { authorization },
    });
    const { status, headers } = response;
    const body = await response.text();
    return {
      status,
      body,
      challenge: headers.get('www-authenticate'),
      retryAfter: headers.get('retry-after'),
    };
  };

  test('a customer is let in, and the handler knows who it is', async () => {
    const { status, body } = await get(app, '/orders', `Bearer ${token}`);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ id: expect.stringMatching(/^00u/) });
  });

  test('a request without a token is asked for one, without an error code', async () => {
    const answer = await get(app, '/orders');
    expect(answer).toMatchObject({ status: 401, challenge: 'Bearer realm="api"' });
    expect(await get(app, '/orders', 'Basic eDp5')).toMatchObject({ status: 401 });
  });

  test('a bad token is refused as one', async () => {
    const answer = await get(app, '/orders', `Bearer ${token.slice(0, -3)}`);
    expect(answer).toMatchObject({
      status: 401,
      challenge: expect.stringContaining('error="invalid_token"'),
    });
  });

  test.each(['/checkout', '/refund'])(
    'a token without the scope of %s is forbidden',
    async (path) => {
      expect(await get(app, path, `Bearer ${token}`)).toMatchObject({
        status: 403,
        challenge: expect.stringContaining('error="insufficient_scope", scope="orders:write"'),
      });
    },
  );

  test('while the API cannot be reached, the answer is to come again, never to log in', async () => {
    const answer = await get(appAlone, '/orders', `Bearer ${token}`);
    expect(answer).toMatchObject({ status: 503, retryAfter: '1', challenge: null });
    expect(answer.body).not.toContain(token);
  });
});

test('no adapter is longer than forty lines', () => {
  const folder = new URL('../../../src/clients/backend/adapters/', import.meta.url);
  const lengths = readdirSync(folder).map(
    (file) => readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n').length,
  );
  expect(lengths).toHaveLength(5);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(40);
});
