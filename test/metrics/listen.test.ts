import { once } from 'node:events';
import { connect, Server } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { listenForMetrics } from '../../src/metrics/listen.ts';
import { send } from '../server/tiny.ts';

const host = '127.0.0.1';

async function start(scrape: () => Promise<string> = async () => 'a_series 1\n') {
  const server = await listenForMetrics({ host, port: 0 }, scrape);
  onTestFinished(() => server.close());
  const origin = `http://${host}:${server.port}`;
  return (method: string, path: string) => send(origin, { method, path });
}

test('/metrics is what Prometheus reads, and it is not cached', async () => {
  const ask = await start();
  expect(await ask('GET', '/metrics')).toMatchObject({
    status: 200,
    text: 'a_series 1\n',
    headers: {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    },
  });
  expect(await ask('HEAD', '/metrics')).toMatchObject({ status: 200, text: '' });
});

test('there is nothing else', async () => {
  const ask = await start();
  for (const path of ['/', '/graphql', '/live', '/ready', '/metrics/', '/metricsx', '//metrics']) {
    expect(await ask('GET', path)).toMatchObject({
      ...{ status: 404, text: '', headers: { 'cache-control': 'no-store' } },
    });
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const answer = await ask(method, '/metrics');
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  }
});

test('figures that cannot be read are a 500 without a body', async () => {
  const ask = await start(() => Promise.reject(new Error('hunter2')));
  expect(await ask('GET', '/metrics')).toMatchObject({ status: 500, text: '' });
});

test('a scrape during another gets the same figures, and the next gets new ones', async () => {
  let scrapes = 0;
  let finish = (): void => undefined;
  const ask = await start(() => {
    scrapes += 1;
    const text = `a_series ${scrapes}\n`;
    return new Promise((resolve) => {
      finish = () => resolve(text);
    });
  });
  const both = Promise.all([ask('GET', '/metrics'), ask('GET', '/metrics')]);
  await expect.poll(() => scrapes).toBe(1);
  await ask('GET', '/');
  await ask('GET', '/');
  finish();
  expect((await both).map(({ text }) => text)).toEqual(['a_series 1\n', 'a_series 1\n']);
  const next = ask('GET', '/metrics');
  await expect.poll(() => scrapes).toBe(2);
  finish();
  expect((await next).text).toBe('a_series 2\n');
});

test('of more than 20 connections the last is closed at once', async () => {
  const server = await listenForMetrics({ host, port: 0 }, async () => '');
  onTestFinished(() => server.close());
  const { port } = server;
  const sockets = Array.from({ length: 20 }, () => connect(port, host));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const last = connect(port, host).on('error', () => undefined);
  await once(last, 'close');
  expect(sockets.filter(({ readyState }) => readyState === 'open')).toHaveLength(20);
  for (const socket of sockets) socket.destroy();
});

test('a connection that sends line breaks and no request is closed', {
  timeout: 30_000,
}, async () => {
  const server = await listenForMetrics({ host, port: 0 }, async () => '');
  onTestFinished(() => server.close());
  const socket = connect(server.port, host).resume();
  socket.on('error', () => undefined);
  socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(socket, 'data');
  const drip = setInterval(() => socket.write('\r\n'), 1_000);
  await once(socket, 'close');
  clearInterval(drip);
});

test('connections that cannot be accepted do not end the process', async () => {
  const listening = vi.spyOn(Server.prototype, 'listen');
  const ask = await start();
  const [socketServer] = listening.mock.contexts;
  listening.mockRestore();
  if (!(socketServer instanceof Server)) expect.fail();
  // As node:net does with what accept(2) fails with.
  for (let round = 0; round < 3; round += 1) socketServer.emit('error', new Error('EMFILE'));
  expect((await ask('GET', '/metrics')).status).toBe(200);
});

test('a port that is taken is named with the variable to change', async () => {
  const server = await listenForMetrics({ host, port: 0 }, async () => '');
  onTestFinished(() => server.close());
  const { port } = server;
  await expect(listenForMetrics({ host, port }, async () => '')).rejects.toThrow(
    `Metrics cannot be served at 127.0.0.1:${port} (EADDRINUSE). Set METRICS_HOST and METRICS_PORT.`,
  );
});
