import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createFallback, type Fallback } from '../../src/cache/redis-fallback.ts';

type Name = 'shared' | 'own';

let broken: boolean;
let notices: unknown[][];
let fallback: Fallback<Name>;

const down = new Error('canary');
const work = async (chosen: Name): Promise<Name> => {
  if (broken && chosen === 'shared') throw down;
  return chosen;
};

beforeEach(() => {
  [broken, notices] = [false, []];
  fallback = createFallback({ shared: 'shared', own: 'own' }, (...told) => notices.push(told));
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
});

test('what is shared is used while it works, and nothing is said of it', async () => {
  for (const _ of [1, 2]) expect(await fallback.attempt(work)).toBe('shared');
  expect(notices).toEqual([]);
});

test('after a failure it is left alone for a second, and tried again then', async () => {
  broken = true;
  expect(await fallback.attempt(work)).toBe('own');
  broken = false;
  vi.advanceTimersByTime(999);
  expect(await fallback.attempt(work)).toBe('own');
  vi.advanceTimersByTime(1);
  expect(await fallback.attempt(work)).toBe('shared');
});

test('an outage is reported once, and so is its end', async () => {
  broken = true;
  for (const _ of [1, 2, 3]) {
    await fallback.attempt(work);
    vi.advanceTimersByTime(1_000);
  }
  expect(notices).toEqual([[false, down]]);
  broken = false;
  for (const _ of [1, 2]) await fallback.attempt(work);
  expect(notices).toEqual([
    [false, down],
    [true, null],
  ]);
});

test('what cannot wait asks it within that second too', async () => {
  broken = true;
  await fallback.attempt(work);
  expect(await fallback.attemptAtOnce(work)).toBe('own');
  broken = false;
  expect(await fallback.attemptAtOnce(work)).toBe('shared');
});

test('where its own fails too, the caller gets the error', async () => {
  const fail = () => Promise.reject(down);
  await expect(fallback.attempt(fail)).rejects.toBe(down);
});
