import { expect, onTestFinished, test } from 'vitest';
import { listenForMetrics } from '../../src/metrics/listen.ts';
import { send } from '../server/tiny.ts';

const host = '127.0.0.1';

async function start(scrape: () => Promise<string> = async () => 'a_series 1\n') {
  const server = await listenForMetrics({ host, port: 0 }, scrape);
  onTestFinished(() => server.close());
  const url = new URL(server.url);
  return (method: string, path: string) => send(url.origin, { method, path });
}

test('/metrics is what Prometheus reads, and nobody keeps it', async () => {
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

test('figures that cannot be had are a 500 without a word', async () => {
  const ask = await start(() => Promise.reject(new Error('hunter2')));
  expect(await ask('GET', '/metrics')).toMatchObject({ status: 500, text: '' });
});

test('a port that is taken is named with the variable to change', async () => {
  const server = await listenForMetrics({ host, port: 0 }, async () => '');
  onTestFinished(() => server.close());
  const port = Number(new URL(server.url).port);
  await expect(listenForMetrics({ host, port }, async () => '')).rejects.toThrow(
    `Metrics cannot be served at 127.0.0.1:${port} (EADDRINUSE). Set METRICS_HOST and METRICS_PORT.`,
  );
});
