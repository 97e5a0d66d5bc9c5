import { expect, test } from 'vitest';
import type { ReadinessReport } from '../../../src/server/http/readiness.ts';
import { send, startTiny } from '../tiny.ts';

const live = { method: 'GET', path: '/live' };
const ready = { method: 'GET', path: '/ready' };

test('a server that serves is live and ready', async () => {
  const server = await startTiny();
  expect(await send(server.url, live)).toMatchObject({ status: 200, json: { ok: true } });
  expect(await send(server.url, ready)).toMatchObject({
    status: 200,
    json: { ok: true, checks: { okta: 'ok', accepting: 'ok' } },
  });
  await server.close();
});

test('a failing check makes it unready, not dead, and says no more than its name', async () => {
  const report: ReadinessReport = {
    ok: false,
    checks: { okta: 'failing', keys: 'ok' },
    failures: [{ check: 'okta', error: 'UpstreamUnavailable', reason: null, causes: ['Error'] }],
  };
  const server = await startTiny({ ready: async () => report });
  const answer = await send(server.url, ready);
  expect(answer.status).toBe(503);
  expect(answer.json).toEqual({
    ok: false,
    checks: { okta: 'failing', keys: 'ok', accepting: 'ok' },
  });
  expect((await send(server.url, live)).status).toBe(200);
  expect(server.lines()[0]).toMatchObject({ level: 'info', failures: report.failures });
  await server.close();
});

test('a check that throws makes it unready without quoting why', async () => {
  const server = await startTiny({ ready: () => Promise.reject(new Error('hunter2')) });
  const answer = await send(server.url, ready);
  expect(answer.status).toBe(503);
  expect(answer.json).toEqual({ ok: false, checks: { accepting: 'ok' } });
  expect(server.lines()).toMatchObject([{ failures: [{ check: 'all', error: 'Error' }] }]);
  expect(server.logText()).not.toContain('hunter2');
  await server.close();
});

test('a flood of probes costs the provider one call in 1.5 seconds', async () => {
  let calls = 0;
  let now = 0;
  const check = async (): Promise<ReadinessReport> => {
    calls += 1;
    return { ok: true, checks: {}, failures: [] };
  };
  const server = await startTiny({ ready: check, now: () => now });
  const probe = () => send(server.url, ready);
  await Promise.all(Array.from({ length: 30 }, probe));
  now = 1_499;
  await probe();
  expect(calls).toBe(1);
  now = 1_500;
  await Promise.all(Array.from({ length: 30 }, probe));
  expect(calls).toBe(2);
  // Set back: the look was at a time that is still to come.
  now = 100;
  await Promise.all(Array.from({ length: 30 }, probe));
  expect(calls).toBe(3);
  await server.close();
});

test('GET and HEAD ask for health, and nothing else does', async () => {
  const server = await startTiny();
  for (const path of ['/live', '/ready']) {
    const head = await send(server.url, { method: 'HEAD', path });
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'cache-control': 'no-store' } });
    const answer = await send(server.url, { method: 'POST', path });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  }
  server.drain();
  expect((await send(server.url, { ...ready, method: 'HEAD' })).status).toBe(503);
  await server.close();
});
