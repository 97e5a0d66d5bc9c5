import { expect, test } from 'vitest';
import type { ReadinessReport } from '../../src/server/readiness.ts';
import { send, startTiny } from './tiny.ts';

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
  const report: ReadinessReport = { ok: false, checks: { okta: 'failing', keys: 'ok' } };
  const server = await startTiny({ ready: async () => report });
  const answer = await send(server.url, ready);
  expect(answer.status).toBe(503);
  expect(answer.json).toEqual({
    ok: false,
    checks: { okta: 'failing', keys: 'ok', accepting: 'ok' },
  });
  expect((await send(server.url, live)).status).toBe(200);
  await server.close();
});

test('a check that throws makes it unready without saying why', async () => {
  const server = await startTiny({ ready: () => Promise.reject(new Error('hunter2')) });
  const answer = await send(server.url, ready);
  expect(answer.status).toBe(503);
  expect(answer.json).toEqual({ ok: false, checks: { accepting: 'ok' } });
  await server.close();
});

test('a flood of probes costs the provider one call in 1.5 seconds', async () => {
  let calls = 0;
  let now = 0;
  const check = async (): Promise<ReadinessReport> => {
    calls += 1;
    return { ok: true, checks: {} };
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
  await server.close();
});

test('only GET asks for health', async () => {
  const server = await startTiny();
  for (const path of ['/live', '/ready']) {
    const answer = await send(server.url, { method: 'POST', path });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET' } });
  }
  await server.close();
});
