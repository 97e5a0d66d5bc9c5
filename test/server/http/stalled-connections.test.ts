import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../../src/server/app.ts';
import { type Listening, listen, timesOf } from '../../../src/server/listen.ts';
import { catchLog } from '../../support/log.ts';
import { send, tinyDeps } from '../tiny.ts';

const places = 50;
const requestTimeoutMs = 2_500;
const head = 'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';

interface Trick {
  /** What each connection sends first. */
  readonly first: string;
  /** And then for ever. */
  readonly drip: string;
  readonly everyMs: number;
}

const tricks: Readonly<Record<string, Trick>> = {
  'blank lines after an answer': {
    first: 'GET /live HTTP/1.1\r\nHost: a\r\n\r\n',
    drip: '\r\n',
    everyMs: 900,
  },
  'blank lines from the beginning': { first: '\r\n', drip: '\r\n', everyMs: 900 },
  nothing: { first: '', drip: '', everyMs: 900 },
  'headers by the line': { first: 'GET /live HTTP/1.1\r\n', drip: 'X-A: b\r\n', everyMs: 900 },
  'a malformed head and more': { first: 'hunter2\r\n\r\n', drip: 'hunter2\r\n', everyMs: 300 },
  'a head that is too large and more': {
    first: `GET /live HTTP/1.1\r\nHost: a\r\nX-A: ${'b'.repeat(60_000)}`,
    drip: 'b',
    everyMs: 300,
  },
  'a body by the byte': {
    first: `${head}Content-Length: 1000\r\n\r\n{`,
    drip: ' ',
    everyMs: 300,
  },
  'a body that is still awaited': {
    first: `${head}Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n`,
    drip: '',
    everyMs: 900,
  },
  'a body that nobody reads': {
    first: 'GET /live HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n',
    drip: ' ',
    everyMs: 300,
  },
  'an extension of a chunk': {
    first: `${head}Transfer-Encoding: chunked\r\n\r\n1;a=`,
    drip: 'b',
    everyMs: 300,
  },
  'trailers by the line': {
    first: `${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n`,
    drip: 'X-A: b\r\n',
    everyMs: 300,
  },
  'an upgrade and more': {
    first: 'GET /live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    drip: '\r\n',
    everyMs: 900,
  },
  'an expectation that is refused': {
    first: 'GET /live HTTP/1.1\r\nHost: a\r\nExpect: hunter2\r\n\r\n',
    drip: '\r\n',
    everyMs: 300,
  },
};

async function startSmall(): Promise<Listening> {
  const deps = tinyDeps();
  return listen(createApp({ ...deps, config: { ...deps.config, requestTimeoutMs } }), {
    log: catchLog().log,
    host: '127.0.0.1',
    port: 0,
    drainMs: 500,
    requestTimeoutMs,
    connections: { max: places, keepAliveSeconds: 2 },
  });
}

/** It never ends its side of the connection, whatever the server does. */
async function hold(port: number, { first, drip, everyMs }: Trick): Promise<() => void> {
  const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.resume().write(first);
  const timer = setInterval(() => {
    if (drip !== '') socket.write(drip);
  }, everyMs);
  return () => {
    clearInterval(timer);
    socket.destroy();
  };
}

describe.concurrent('with all places taken by callers who hold them, a newcomer is served', () => {
  test.each(Object.entries(tricks))('by %s', async (_name, trick) => {
    const server = await startSmall();
    const port = Number(new URL(server.url).port);
    const startedAt = performance.now();
    const releases = await Promise.all(Array.from({ length: places }, () => hold(port, trick)));
    const newcomer = () =>
      send(server.url, { method: 'GET', path: '/live' }).then(({ status }) => status, String);
    await expect.poll(newcomer, { timeout: 10_000, interval: 200 }).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    for (const release of releases) release();
    await server.close();
  });
});

test('with the default times no connection waits for 10 seconds for a head', () => {
  const connections = { max: 5_000, keepAliveSeconds: 5 };
  const times = timesOf({ requestTimeoutMs: 5_000, connections });
  expect(times.firstHeadMs).toBeLessThan(10_000);
  expect(times.nextHeadMs).toBeLessThan(10_000);
});
