import { afterAll, beforeAll, expect, test } from 'vitest';
import { send, startTiny, type Tiny } from '../tiny.ts';

const shop = 'https://shop.example.com';
const body = '{"query":"{ me { id } }"}';
const preflight = (origin: string) => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type, authorization',
  },
});

let open: Tiny;
let closed: Tiny;
beforeAll(async () => {
  open = await startTiny({
    config: { requestTimeoutMs: 1_000, corsOrigins: [shop], trustedProxies: [] },
  });
  closed = await startTiny();
});
afterAll(async () => {
  await open.close();
  await closed.close();
});

test('a page of a configured origin may send JSON and read the answer, without credentials', async () => {
  const before = await send(open.url, preflight(shop));
  expect(before.status).toBe(204);
  expect(before.text).toBe('');
  expect(before.headers).toMatchObject({
    'access-control-allow-origin': shop,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'Authorization, Content-Type, X-Request-Id',
    vary: 'Origin',
  });
  expect(before.headers).not.toHaveProperty('access-control-allow-credentials');

  const answer = await send(open.url, {
    headers: { origin: shop, 'content-type': 'application/json' },
    body,
  });
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': shop,
    'access-control-expose-headers': 'X-Request-Id',
    vary: 'Origin',
  });
  expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
});

const others = [
  'https://evil.example.com',
  'https://shop.example.com.evil.example',
  'https://shop.example.com:8443',
  'http://shop.example.com',
  'https://SHOP.example.com',
  'null',
  '*',
];

test.each(others)('a page of %s is not let in', async (origin) => {
  for (const request of [
    preflight(origin),
    { headers: { origin, 'content-type': 'application/json' }, body },
  ]) {
    const answer = await send(open.url, request);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.headers.vary).toBe('Origin');
  }
});

test('no page may send the token of a customer in a second header', async () => {
  const request = preflight(shop);
  const headers = { ...request.headers, 'access-control-request-headers': 'x-customer-token' };
  const answer = await send(open.url, { ...request, headers });
  expect(answer.headers['access-control-allow-headers']).not.toMatch(/customer/i);
});

test('no origin is let in by default', async () => {
  for (const origin of [shop, ...others]) {
    const answer = await send(closed.url, preflight(origin));
    expect(answer.status).toBe(204);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  }
});

test('a failure can be read by a page of a configured origin too', async () => {
  const headers = { origin: shop, 'content-type': 'application/json' };
  const answer = await send(open.url, { headers, body: '{' });
  expect(answer.status).toBe(400);
  expect(answer.headers['access-control-allow-origin']).toBe(shop);
});

test.each([
  ['content-type, sentry-trace, baggage', 'sentry-trace, baggage'],
  ['traceparent,tracestate', 'traceparent, tracestate'],
  ['Apollographql-Client-Name, authorization', 'apollographql-client-name'],
  ['x-device-id, x-device-id', 'x-device-id'],
  ['baggage, X-Customer-Token', 'baggage'],
  ['x-a, b c, é, x-d\t', 'x-a, x-d'],
])('a page of a configured origin may send %s', async (wanted, allowed) => {
  const headers = {
    origin: shop,
    'access-control-request-method': 'POST',
    'access-control-request-headers': wanted,
  };
  const answer = await send(open.url, { method: 'OPTIONS', headers });
  expect(answer.headers['access-control-allow-headers']).toBe(
    `Authorization, Content-Type, X-Request-Id, ${allowed}`,
  );
});
