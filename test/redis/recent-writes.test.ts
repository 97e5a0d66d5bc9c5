import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { createRecentWrites } from '../../src/redis/recent-writes.ts';
import { fakeConnection } from './fake-connection.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** The write holds what it writes, here an object that the test can look for. */
function keptFor(ttlMs: number): WeakRef<object> {
  const sealed = { tokens: 'sealed' };
  const { connection } = fakeConnection();
  void createRecentWrites(connection).write('key', ttlMs, async () => sealed);
  connections.push(connection);
  return new WeakRef(sealed);
}
const connections: unknown[] = [];

test('a write that has expired leaves memory, though no other one comes', async () => {
  const expired = keptFor(5);
  const current = keptFor(60_000);
  await vi.waitFor(
    () => {
      collectGarbage();
      // Not the object: a failed expectation would hold it.
      expect(expired.deref() === undefined).toBe(true);
    },
    { timeout: 5_000, interval: 5 },
  );
  expect(current.deref()).toBeDefined();
});

test('after a lost connection the last write of each key is repeated with the time that it has left', async () => {
  const { connection, restore } = fakeConnection();
  const recent = createRecentWrites(connection);
  const repeated: [string, number][] = [];
  const write = (name: string) => async (leftMs: number) => void repeated.push([name, leftMs]);
  await recent.write('one', 60_000, write('first of one'));
  await recent.write('one', 60_000, write('last of one'));
  await recent.write('two', 30_000, write('two'));
  repeated.length = 0;
  restore();
  await vi.waitFor(() => expect(repeated).toHaveLength(2));
  const left = Object.fromEntries(repeated);
  expect(Object.keys(left).toSorted()).toEqual(['last of one', 'two']);
  expect(left['last of one']).toBeLessThanOrEqual(60_000);
  expect(left['last of one']).toBeGreaterThan(30_000);
  expect(left['two']).toBeLessThanOrEqual(30_000);
});

test('a write that Redis refuses is repeated until it is taken, though the connection is not lost', async () => {
  const { connection } = fakeConnection();
  const recent = createRecentWrites(connection);
  let isFull = true;
  const taken: string[] = [];
  const write = (name: string) => async () => {
    if (isFull) throw new Error('OOM command not allowed when used memory > maxmemory.');
    taken.push(name);
  };
  for (const name of ['one', 'two']) {
    await expect(recent.write(name, 60_000, write(name))).rejects.toThrow('OOM');
  }
  isFull = false;
  await vi.waitFor(() => expect(taken.toSorted()).toEqual(['one', 'two']));
});
