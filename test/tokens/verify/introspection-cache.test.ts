import { expect, test } from 'vitest';
import type { Introspection } from '../../../src/identity/model.ts';
import { createIntrospectionCache } from '../../../src/tokens/verify/introspection-cache.ts';
import { context, START } from '../issuer.ts';

test('a question that waits to be sent is joined while half of its time is left, and then asked anew', async () => {
  let now = START;
  const answers: ((said: Introspection) => void)[] = [];
  const introspections = createIntrospectionCache({
    // As one that waits for a connection.
    introspect: () => new Promise((answer) => answers.push(answer)),
    select: ({ active }) => active,
    weightOf: () => 1,
    maxWeight: 10,
    timeoutMs: 10_000,
    now: () => now,
  });
  const ask = () =>
    introspections.request({ token: 'a', digest: 'a', since: Number.POSITIVE_INFINITY }, context);
  const first = ask();
  now += 4_999;
  const joined = ask();
  expect(answers).toHaveLength(1);
  now += 1;
  const late = [ask(), ask()];
  expect(answers).toHaveLength(2);
  answers[1]?.({ active: false });
  for (const { answer } of await Promise.all(late)) expect(answer).toBe(false);
  answers[0]?.({ active: false });
  expect(await joined).toBe(await first);
});

test('answers are cached up to a weight, and the least recently used is evicted first', async () => {
  const introspections = createIntrospectionCache({
    introspect: async () => ({ active: false }),
    select: ({ active }) => active,
    weightOf: (token) => token.length,
    maxWeight: 1_000,
    timeoutMs: 10_000,
    now: () => START,
  });
  const ask = (name: string, length: number) =>
    introspections.request({ token: 'x'.repeat(length), digest: name, since: 0 }, context);
  for (let id = 0; id < 100; id += 1) await ask(`short-${id}`, 100);
  expect(introspections.stats().entries).toBe(10);
  await ask('long', 600);
  expect(introspections.stats().entries).toBe(5);
  expect(introspections.newest('long')).not.toBeNull();
  expect(introspections.newest('short-99')).not.toBeNull();
  expect(introspections.newest('short-90')).toBeNull();
});
