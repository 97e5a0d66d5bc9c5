import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../../src/server/app.ts';
import { listenLocally } from '../../support/local-url.ts';
import { catchLog } from '../../support/log.ts';
import { gql, type RawRequest, send, startTiny, type Tiny, tinyDeps } from '../tiny.ts';

let server: Tiny;
let development: Tiny;
beforeAll(async () => {
  server = await startTiny();
  development = await startTiny({ production: false, graphiql: { tabs: [], org: null } });
});
afterAll(async () => {
  await server.close();
  await development.close();
});

const json = { 'content-type': 'application/json' };
const kinds: [string, RawRequest][] = [
  ['an answer', { body: '{"query":"{ me { id } }"}' }],
  ['a validation error', { body: '{"query":"{ nothing }"}' }],
  ['an internal error', { body: '{"query":"{ break(how: PLAIN_ERROR) }"}' }],
  ['a refusal', { body: '[' }],
  ['a wrong method', { method: 'DELETE' }],
  ['a preflight', { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }],
  ['an unknown path', { method: 'GET', path: '/nothing' }],
  ['liveness', { method: 'GET', path: '/live' }],
  ['readiness', { method: 'GET', path: '/ready' }],
  ['GraphiQL', { method: 'GET', headers: { accept: 'text/html' } }],
];

test.each(kinds)(
  '%s may not be cached, and reveals nothing about the server',
  async (_name, request) => {
    for (const { url } of [server, development]) {
      const { headers } = await send(url, request);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-request-id': expect.stringMatching(/^[\w-]{36}$/),
      });
      expect(headers).not.toHaveProperty('server');
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('set-cookie');
    }
  },
);

test.each(['a-trace-id', '4bf92f3577b34da6a3ce929d0e0e4736', 'A.b_c-12345'])(
  'the id %s of the caller is kept',
  async (id) => {
    const headers = { ...json, 'x-request-id': id };
    const answer = await send(server.url, {
      headers,
      body: '{"query":"{ break(how: UPSTREAM) }"}',
    });
    expect(answer.headers['x-request-id']).toBe(id);
    expect(answer.json.errors?.[0]?.extensions['requestId']).toBe(id);
    expect(server.lines().at(-1)?.['requestId']).toBe(id);
  },
);

test.each(['short', 'x'.repeat(65), 'white space', 'semi;colon', '{"json":1}', 'ümläute-ü'])(
  'the id %s of the caller is replaced',
  async (id) => {
    const headers = { ...json, 'x-request-id': Buffer.from(id).toString('latin1') };
    const answer = await send(server.url, { headers, body: '{"query":"{ me { id } }"}' });
    expect(answer.headers['x-request-id']).toMatch(/^[\w-]{36}$/);
    expect(server.logText()).not.toContain(id);
  },
);

const hasty = { config: { requestTimeoutMs: 400, corsOrigins: [], trustedProxies: [] } };

test('a field whose call takes too long says so in time, and the call is cancelled', async () => {
  const slow = await startTiny(hasty);
  const start = performance.now();
  const answer = await gql(slow.url, '{ wait(ms: 60000) }');
  expect(performance.now() - start).toBeLessThan(400);
  expect(answer.status).toBe(200);
  expect(answer.json.errors).toMatchObject([
    { path: ['wait'], extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true } },
  ]);
  expect(slow.lines()).toMatchObject([
    {
      status: 200,
      outcomes: ['UPSTREAM_UNAVAILABLE'],
      failures: [{ error: 'UpstreamUnavailable', reason: null, causes: ['OutOfTime'] }],
    },
  ]);
  await slow.close();
});

test('a request that does not end with its calls is answered with 503', async () => {
  const stuck = await startTiny(hasty);
  const start = performance.now();
  const answer = await gql(stuck.url, '{ hang }');
  expect(performance.now() - start).toBeGreaterThan(390);
  expect(performance.now() - start).toBeLessThan(2_000);
  expect(answer.status).toBe(503);
  expect(answer.json.errors).toMatchObject([
    { message: 'The request took too long.', extensions: { code: 'TIMEOUT' } },
  ]);
  expect(stuck.lines()).toMatchObject([
    { status: 503, operationType: 'query', fields: ['hang'], outcomes: ['TIMEOUT'] },
  ]);
  await stuck.close();
});

test('the time that a body takes is not that of the work', async () => {
  const server = await startTiny(hasty);
  const { port } = new URL(server.url);
  const body = '{"query":"{ wait(ms: 200) }"}';
  const socket = connect(Number(port), '127.0.0.1');
  const head = 'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
  socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`);
  setTimeout(() => socket.write(body.slice(5)), 250);
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 [\s\S]*\{"wait":"done"\}/);
  socket.destroy();
  await server.close();
});

test('a caller who goes away cancels the call that was made for it', async () => {
  const gone = await startTiny();
  const controller = new AbortController();
  const answer = fetch(`${gone.url}/graphql`, {
    method: 'POST',
    headers: json,
    body: '{"query":"{ wait(ms: 60000) }"}',
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(), 100);
  await expect(answer).rejects.toThrow('aborted');
  await expect.poll(() => gone.lines()).toHaveLength(1);
  expect(gone.lines()[0]).toMatchObject({ status: null, outcomes: ['CALLER_GONE'] });
  await gone.close();
});

test('a caller who goes away in the middle of a body is no failure of the server', async () => {
  const gone = await startTiny();
  const { port } = new URL(gone.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n');
  socket.write('Content-Length: 100\r\n\r\n{"query":');
  setTimeout(() => socket.destroy(), 50);
  await expect.poll(() => gone.lines()).toMatchObject([{ outcomes: ['CALLER_GONE'] }]);
  await gone.close();
});

test('a request whose caller has gone before its turn runs nothing, and is noted', async () => {
  const { log, entries } = catchLog();
  const attempts: string[] = [];
  const app = createApp(tinyDeps(attempts, log));
  const server = createServer((request, response) => {
    response.once('close', () => app.handle(request, response));
    request.socket.destroy();
  });
  onTestFinished(() => void server.close());
  const url = await listenLocally(server);
  const logIn =
    'mutation { logIn(input: {email: "a@example.com", password: "right"}) { __typename } }';
  await expect(gql(url, logIn)).rejects.toThrow();
  await expect.poll(entries).toMatchObject([{ status: null, outcomes: ['CALLER_GONE'] }]);
  expect(attempts).toEqual([]);
});
