import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { throughFailovers } from '../../src/redis/failover.ts';
import { fakeConnection } from './fake-connection.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
});

/** A command that fails this often, as it does while no server has taken over. */
function startFailing() {
  let failures = 0;
  const { connection, restore } = fakeConnection(async () => {
    if (failures === 0) return 'done';
    failures -= 1;
    vi.advanceTimersByTime(5_000);
    throw new Error('Connection is closed.');
  });
  const fail = (times: number) => {
    failures = times;
  };
  return { patient: throughFailovers(connection, 20_000), restore, fail };
}

test('a second failover soon after the first is waited for as well', async () => {
  const { patient, restore, fail } = startFailing();
  fail(3);
  expect(await patient.eval('return 1', 0)).toBe('done');
  restore();
  fail(3);
  expect(await patient.eval('return 1', 0)).toBe('done');
});

test('a Redis that has failed for 15 seconds is not waited for', async () => {
  const { patient, fail } = startFailing();
  fail(100);
  await expect(patient.eval('return 1', 0)).rejects.toThrow('Connection is closed.');
  const before = performance.now();
  await expect(patient.eval('return 1', 0)).rejects.toThrow('Connection is closed.');
  expect(performance.now() - before).toBe(5_000);
});
