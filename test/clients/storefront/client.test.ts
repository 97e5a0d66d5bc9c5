import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  MeDocument,
  TypedDocumentString,
} from '../../../src/clients/storefront/documents/graphql.ts';
import {
  AccountApiError,
  type AccountClientSettings,
  createAccountClient,
} from '../../../src/clients/storefront/index.ts';
import type { Stack } from '../../support/start.ts';
import { clientOf, demo, serviceOf, startReady, watchedFetch } from './storefront.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startReady({ production: true });
}, 60_000);
afterAll(() => stack.close());

/** A server that is not the API. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

const secret = 'a-secret-of-the-storefront';
const token = 'eyJ0b2tlbiI6ICJvZiBhIGN1c3RvbWVyIn0';

/** What a call ends with, after a look whether it tells a secret. */
async function failureOf(settings: Partial<AccountClientSettings>, signal?: AbortSignal) {
  const client = createAccountClient({
    url: 'http://127.0.0.1:9/graphql',
    service: { id: 'shop', secret },
    ...settings,
  });
  const error: unknown = await client
    .logIn(demo, { accessToken: token, ...(signal && { signal }) })
    .catch((reason: unknown) => reason);
  const shown = `${inspect(error, { depth: null, showHidden: true })} ${JSON.stringify(error)}`;
  for (const hidden of [secret, btoa(`shop:${secret}`), token, demo.email, demo.password]) {
    expect(shown).not.toContain(hidden);
  }
  if (!(error instanceof AccountApiError)) throw new Error(inspect(error));
  return error;
}

test('documents go by their hash, none is sent in full, and no answer is cached', async () => {
  const { fetch, calls } = watchedFetch();
  const client = clientOf(stack, { fetch });
  expect((await client.accountConfig()).signUp.mode).toBe('ACTIVE');
  const result = await client.logIn(demo);
  if (result.__typename !== 'LogInSuccess') throw new Error(result.__typename);
  const { accessToken } = result.tokens;
  expect(await client.me({ sessions: true }, { accessToken })).toMatchObject({
    email: demo.email,
    sessions: [{ current: true }],
  });
  const me = await client.me({}, { accessToken });
  const ids = [me?.id ?? '', '00u0'];
  expect(await client.users(ids)).toMatchObject([{ email: demo.email }, null]);
  expect(await client.user(ids[0] ?? '')).toMatchObject({ email: demo.email });
  expect(await client.validateToken({ token: accessToken })).toMatchObject({ active: true });
  for (const { body, init } of calls) {
    expect(body).toMatchObject({ documentId: expect.stringMatching(/^sha256:[\da-f]{64}$/) });
    expect(body).not.toHaveProperty('query');
    expect(init).toMatchObject({ cache: 'no-store', redirect: 'manual', method: 'POST' });
  }
});

test('a document that the API does not know goes in full, from the second time on at once', async () => {
  const { fetch, calls } = watchedFetch();
  const client = clientOf(stack, { fetch });
  const own = new TypedDocumentString<{ accountConfig: { signUp: { mode: string } } }, object>(
    'query Mode { accountConfig { signUp { mode } } }',
  );
  for (let time = 1; time <= 2; time += 1) {
    const { accountConfig } = await client.request(own, {});
    expect(accountConfig.signUp.mode).toBe('ACTIVE');
  }
  expect(calls.map(({ body }) => 'query' in body)).toEqual([false, true, true]);
});

test('the customer and the shopper go along, and what a header cannot hold stays out', async () => {
  const { fetch, calls } = watchedFetch();
  const client = clientOf(stack, { fetch });
  await client.validateToken(
    { token },
    {
      accessToken: token,
      shopper: { address: '203.0.113.7', userAgent: 'Browser/1', language: 'de-CH', device: 'd1' },
    },
  );
  await client.validateToken(
    { token },
    { shopper: { userAgent: 'Br\u00f6wser', language: 'x'.repeat(300) } },
  );
  const [first, second] = calls.map(({ headers }) => headers);
  expect(Object.fromEntries(first ?? [])).toMatchObject({
    authorization: stack.basic,
    'x-customer-token': token,
    'x-client-ip': '203.0.113.7',
    'x-client-user-agent': 'Browser/1',
    'x-device-id': 'd1',
    'accept-language': 'de-CH',
  });
  expect(second?.has('x-client-user-agent')).toBe(false);
  expect(second?.has('accept-language')).toBe(false);
});

test('the secret is read for each request, so a replaced one counts at once', async () => {
  const { id, secret: right } = serviceOf(stack);
  let current = 'the-old-secret-of-the-service-000000';
  const client = clientOf(stack, { service: { id, secret: async () => current } });
  await expect(client.user('00u1')).rejects.toMatchObject({ code: 'CALLER_UNAUTHENTICATED' });
  current = right;
  expect(await client.user('00u1')).toBeNull();
  const unread = () => Promise.reject(new Error(right));
  const failure = await failureOf({ service: { id, secret: unread } });
  expect(failure).toMatchObject({ code: 'SECRET_UNAVAILABLE', retryable: true });
  expect(inspect(failure)).not.toContain(right);
});

test('each way in which the API cannot be asked has a code, and no error tells a secret', async () => {
  expect(await failureOf({})).toMatchObject({ code: 'NETWORK', retryable: true });

  const silent = await serve(() => {});
  expect(await failureOf({ url: silent, timeoutMs: 50 })).toMatchObject({
    code: 'TIMEOUT',
    retryable: true,
  });
  const given = AbortSignal.timeout(50);
  expect(await failureOf({ url: silent }, given)).toMatchObject({ code: 'ABORTED' });

  const page = await serve((_, response) => response.writeHead(502).end('<h1>Bad Gateway</h1>'));
  expect(await failureOf({ url: page })).toMatchObject({
    code: 'NOT_GRAPHQL',
    status: 502,
    retryable: true,
  });
  const missing = await serve((_, response) => response.writeHead(404).end('{}'));
  expect(await failureOf({ url: missing })).toMatchObject({ status: 404, retryable: false });

  const away = await serve((_, response) =>
    response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
  );
  expect(await failureOf({ url: away })).toMatchObject({ code: 'NOT_GRAPHQL' });
});

test('an answer that repeats what was sent does not get into the error', async () => {
  const echo = await serve(async (request, response) => {
    const sent = (await request.toArray()).join('');
    const message = `Bad: ${sent} ${request.headers['x-customer-token']}`;
    const body = { errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] };
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  expect(await failureOf({ url: echo })).toMatchObject({ code: 'BAD_REQUEST', status: 400 });
});

test('an API of another version is named as such', async () => {
  const older = new TypedDocumentString<object, object>('query Newer { fieldOfTomorrow }');
  const failure = await clientOf(stack)
    .request(older, {})
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'INCOMPATIBLE', operation: 'Newer', retryable: false });

  const other = await serve((_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":null}'),
  );
  expect(await failureOf({ url: other })).toMatchObject({ code: 'INCOMPATIBLE' });
});

test('a refused token has the code of the API, and the id of the request', async () => {
  const failure = await clientOf(stack)
    .request(MeDocument, {}, { accessToken: token })
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'TOKEN_INVALID',
    requestId: expect.stringMatching(/.{8}/),
  });
  expect(inspect(failure)).not.toContain(token);
});

test.each([
  [{ url: 'accounts.example.com' }, 'url is not a URL'],
  [{ url: 'ftp://accounts.example.com' }, 'url is neither https nor http'],
  [{ url: 'https://shop:geheim@accounts.example.com' }, 'url holds credentials'],
  [{ service: { id: 'a:b', secret } }, 'service.id'],
  [{ timeoutMs: 0 }, 'timeoutMs'],
])('settings that cannot work are refused at the start: %j', (settings, problem) => {
  const create = () => clientOf(stack, settings);
  expect(create).toThrow(problem);
  expect(create).not.toThrow(/geheim|a-secret/);
});
