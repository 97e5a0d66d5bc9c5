import { expect, test } from 'vitest';
import { createMemoryAttemptStore } from '../../src/transactions/memory-attempt-store.ts';
import { noMessages } from '../../src/transactions/message-limit.ts';

const longestMs = 3_600_000;

test('100,000 steps are remembered, and the oldest are forgotten first', async () => {
  const store = createMemoryAttemptStore(() => 0);
  const fail = async (id: string) => {
    const state = await store.lock(id, longestMs);
    await store.unlock(id, { ...state, failures: state.failures + 1, sends: noMessages() });
  };
  for (let step = 0; step < 100_002; step += 1) await fail(`step ${step}`);
  expect(store.size()).toBe(100_000);
  expect((await store.lock('step 100001', longestMs)).failures).toBe(1);
  expect((await store.lock('step 0', longestMs)).failures).toBe(0);
});

test('a step is forgotten when its handle expires', async () => {
  let now = 1;
  const store = createMemoryAttemptStore(() => now);
  const state = await store.lock('step', 1_000);
  await store.unlock('step', { ...state, usedUp: true });
  now = 1_002;
  expect((await store.lock('step', 2_000)).usedUp).toBe(false);
});
