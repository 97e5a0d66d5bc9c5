import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, Server } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type App, createApp } from '../../src/server/app.ts';
import { listen } from '../../src/server/listen.ts';
import { catchLog } from '../support/log.ts';
import { gql, send, sendBytes, tinyDeps } from './tiny.ts';

const { log, entries } = catchLog('info');
const address = {
  log,
  host: '127.0.0.1',
  port: 0,
  drainMs: 5_000,
  requestTimeoutMs: 5_000,
  connections: { max: 100, keepAliveSeconds: 5 },
};
const start = (drainMs = 5_000) => listen(createApp(tinyDeps()), { ...address, drainMs });

test('100 requests in flight are all answered after close, and the next is refused', async () => {
  let arrived = 0;
  const deps = tinyDeps();
  const createContext: typeof deps.createContext = (...how) => {
    arrived += 1;
    return deps.createContext(...how);
  };
  const server = await listen(createApp({ ...deps, createContext }), address);
  const inFlight = Array.from({ length: 100 }, () => gql(server.url, '{ wait(ms: 1500) }'));
  await expect.poll(() => arrived, { timeout: 1_400 }).toBe(100);
  const closed = server.close();
  const next = () => gql(server.url, '{ me { id } }').then(String, String);
  await expect.poll(next, { timeout: 1_200 }).toContain('ECONNREFUSED');
  for (const answer of await Promise.all(inFlight)) {
    expect(answer.json.data).toEqual({ wait: 'done' });
    expect(answer.headers.connection).toBe('close');
  }
  const last = performance.now();
  await closed;
  expect(performance.now() - last).toBeLessThan(1_000);
});

test('a connection that is kept alive finds the server unready once it drains, and is closed', async () => {
  const app = createApp(tinyDeps());
  const server = await listen(app, address);
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  const probe = 'GET /ready HTTP/1.1\r\nHost: a\r\n\r\n';
  socket.write(probe);
  const [first] = await once(socket, 'data');
  expect(String(first)).toContain('HTTP/1.1 200');
  app.drain();
  socket.write(probe);
  const [second] = await once(socket, 'data');
  expect(String(second)).toMatch(
    /HTTP\/1\.1 503[\s\S]*Connection: close[\s\S]*"accepting":"failing"/,
  );
  await once(socket, 'close');
  await server.close();
});

test('a rush that the server has not taken yet when it closes is answered', async () => {
  const server = await start();
  const rush = Array.from({ length: 50 }, () => gql(server.url, '{ me { id } }'));
  // The first has come, and the others wait in the system's line.
  await Promise.race(rush);
  const closed = server.close();
  for (const answer of await Promise.all(rush)) expect(answer.status).toBe(200);
  await closed;
});

test('a request on an idle connection that comes as the server closes is answered', async () => {
  const server = await start();
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  const probe = 'GET /live HTTP/1.1\r\nHost: a\r\n\r\n';
  socket.write(probe);
  await once(socket, 'data');
  const closed = server.close();
  await new Promise((resolve) => setTimeout(resolve, 150));
  socket.write(probe);
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/HTTP\/1\.1 200[\s\S]*Connection: close/);
  await closed;
});

test('one connection too many is closed, and the others are served', async () => {
  const connections = { max: 2, keepAliveSeconds: 5 };
  const server = await listen(createApp(tinyDeps()), { ...address, connections });
  const open = () => connect(Number(new URL(server.url).port), '127.0.0.1');
  const sockets = [open(), open()];
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const third = open();
  third.resume().on('error', () => undefined);
  await once(third, 'close');
  sockets[0]?.write('GET /live HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(String(await once(sockets[0] ?? third, 'data'))).toContain('HTTP/1.1 200');
  for (const socket of sockets) socket.destroy();
  await server.close();
});

test('a request that outlasts the drain time is cut off', async () => {
  const server = await start(200);
  const hanging = gql(server.url, '{ wait(ms: 60000) }').catch((error: Error) => error);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = performance.now();
  await Promise.all([server.close(), server.close()]);
  expect(performance.now() - before).toBeGreaterThan(150);
  expect(performance.now() - before).toBeLessThan(1_500);
  expect(await hanging).toBeInstanceOf(Error);
});

test.each([
  ['does not answer', () => new Promise<void>(() => {})],
  ['is gone', () => Promise.reject(new Error('Channel closed'))],
])(
  'a process that accepts for the server and %s does not keep it from closing',
  async (_name, acceptPending) => {
    const how = { ...address, drainMs: 200, lingerMs: 50, acceptPending };
    const server = await listen(createApp(tinyDeps()), how);
    await server.close();
    const next = await gql(server.url, '{ me { id } }').then(String, String);
    expect(next).toContain('ECONNREFUSED');
  },
);

test('a taken port is named, with the variable to change', async () => {
  const first = await start();
  const port = Number(new URL(first.url).port);
  await expect(listen(createApp(tinyDeps()), { ...address, port })).rejects.toThrow(
    `Port ${port} is taken by another process. Set PORT to a free one.`,
  );
  await first.close();
});

test('an address of another machine is named, with the variable to change', async () => {
  const other = { ...address, host: '192.0.2.1' };
  await expect(listen(createApp(tinyDeps()), other)).rejects.toThrow(/^192\.0\.2\.1 .* Set HOST/);
});

test('the printed address of an IPv6 host is one that a browser takes', async () => {
  const probe = createServer();
  const hasIPv6 = await new Promise((resolve) => {
    probe.once('error', () => resolve(false)).listen(0, '::1', () => resolve(true));
  });
  probe.close();
  if (!hasIPv6) return;
  const server = await listen(createApp(tinyDeps()), { ...address, host: '::1' });
  expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  await server.close();
});

// Beside the next, since both take seconds. Not by an answer that nobody reads: of one that the system
// has taken in part node waits twice as long.
test.concurrent('a connection on which nothing moves is closed after the longest silence', async () => {
  const app: App = { handle: () => undefined, drain: () => undefined };
  // The shortest that the settings allow: 7 s.
  const connections = { max: 100, keepAliveSeconds: 1 };
  const server = await listen(app, { ...address, requestTimeoutMs: 1_000, connections });
  const before = performance.now();
  expect(await sendBytes(server.url, 'GET /live HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('');
  expect(performance.now() - before).toBeGreaterThan(6_900);
  await server.close();
});

test.concurrent('headers that trickle in are cut off within 6.5 seconds', async () => {
  const server = await start();
  const before = performance.now();
  const text = await sendBytes(server.url, 'POST /graphql HTTP/1.1\r\nHost: a\r\nX-Slow: ');
  expect(performance.now() - before).toBeLessThan(6_500);
  expect(text).toMatch(/^HTTP\/1\.1 408 .*\r\nCache-Control: no-store\r\n/);
  await server.close();
});

test('a body has the time of a request, after that of the headers', async () => {
  const listening = vi.spyOn(Server.prototype, 'listen');
  const server = await listen(createApp(tinyDeps()), { ...address, requestTimeoutMs: 120_000 });
  expect(listening.mock.contexts).toMatchObject([
    { headersTimeout: 5_000, requestTimeout: 125_000 },
  ]);
  listening.mockRestore();
  await server.close();
});

const malformed: [string, string, number][] = [
  ['no Host', 'GET /live HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ['a foreign expectation', 'GET /live HTTP/1.1\r\nHost: a\r\nExpect: hunter2\r\n\r\n', 417],
  ['no HTTP at all', 'hunter2\r\n\r\n', 400],
  [
    'two lengths',
    'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    400,
  ],
  [
    'a length and chunks',
    'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    400,
  ],
  ['bare line feeds', 'GET /live HTTP/1.1\nHost: a\n\n', 400],
  ['a folded header', 'GET /live HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n', 400],
  [
    'a header with a space before its colon',
    'POST /live HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  [
    'a header of 49 KiB',
    `GET /live HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(49 * 1024)}\r\n\r\n`,
    431,
  ],
];

test.each(malformed)('%s is refused and the connection closed', async (_name, bytes, status) => {
  const server = await start();
  const text = await sendBytes(server.url, bytes);
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(text).toContain('Cache-Control: no-store');
  expect(text).not.toContain('hunter2');
  await server.close();
});

test('a malformed head is refused after an answer, too', async () => {
  const server = await start();
  const good = 'GET /live HTTP/1.1\r\nHost: a\r\n\r\n';
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write(good);
  await once(socket, 'data');
  socket.write('hunter2\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /);
  await once(socket, 'close');
  await server.close();
});

test('a token of 32 KiB has room beside cookies', async () => {
  const server = await start();
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${'x'.repeat(32 * 1024)}`,
    cookie: 'c'.repeat(12 * 1024),
  };
  const answer = await send(server.url, { headers, body: '{"query":"{ caller }"}' });
  expect(answer.json.data).toEqual({ caller: 'rejected' });
  await server.close();
});

test('a page of a configured origin can read that a head is too large', async () => {
  const corsOrigins = ['https://shop.example.com'];
  const server = await listen(createApp(tinyDeps()), { ...address, corsOrigins });
  const long = `Authorization: ${'x'.repeat(49 * 1024)}`;
  const refusal = (...lines: string[]) =>
    sendBytes(server.url, ['GET /live HTTP/1.1', 'Host: a', ...lines, '', ''].join('\r\n'));
  for (const lines of [
    ['Origin: https://shop.example.com', long],
    [long, 'Origin: https://shop.example.com'],
  ]) {
    const answer = await refusal(...lines);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('\r\nAccess-Control-Allow-Origin: https://shop.example.com\r\n');
  }
  const foreign = await refusal('Origin: https://evil.example.com', long);
  expect(foreign).toMatch(/^HTTP\/1\.1 431 /);
  expect(foreign).not.toContain('Access-Control-Allow-Origin');
  await server.close();
});

test('connections that cannot be accepted are one line in the log, and the server goes on', async () => {
  const listening = vi.spyOn(Server.prototype, 'listen');
  const server = await start();
  const [socketServer] = listening.mock.contexts;
  listening.mockRestore();
  if (!(socketServer instanceof Server)) expect.fail();
  // As node:net does with what accept(2) fails with.
  const failure = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' });
  for (let round = 0; round < 3; round += 1) socketServer.emit('error', failure);
  expect(entries()).toMatchObject([
    {
      level: 'error',
      event: 'accept_failed',
      code: 'EMFILE',
      msg: expect.stringContaining('ulimit -n'),
    },
  ]);
  expect((await gql(server.url, '{ wait(ms: 1) }')).json.data).toEqual({ wait: 'done' });
  await server.close();
});

test('where a request came from is known, however soon its connection is reset', async () => {
  const deps = tinyDeps();
  const addresses: (string | null)[] = [];
  const createContext: typeof deps.createContext = (shared, request) => {
    addresses.push(request.address);
    return deps.createContext(shared, request);
  };
  const server = await listen(createApp({ ...deps, createContext }), address);
  onTestFinished(() => server.close());
  const { port } = new URL(server.url);
  const body = '{"query":"{ me { id } }"}';
  const head = 'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
  const request = `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(request.repeat(100), () => socket.resetAndDestroy());
  await expect.poll(() => addresses.length).toBe(100);
  expect(new Set(addresses)).toEqual(new Set(['127.0.0.1']));
});
