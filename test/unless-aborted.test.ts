import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { unlessAborted } from '../src/unless-aborted.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** @returns what is still in memory of what the works came to */
async function leftOf(works: readonly (() => Promise<object>)[]): Promise<number> {
  const results: WeakRef<object>[] = [];
  for (const work of works) {
    const { signal } = new AbortController();
    const outcome = unlessAborted(work(), signal).catch((error: object) => error);
    results.push(new WeakRef(await outcome));
  }
  for (let round = 0; round < 3; round += 1) {
    await turn();
    collectGarbage();
  }
  return results.filter((result) => result.deref() !== undefined).length;
}

test('nothing of work that is over stays in memory, though its signal never fires', async () => {
  const works = Array.from({ length: 100 }, (_, number) => async () => {
    await turn();
    if (number % 2 === 0) throw new Error('failed');
    return { token: 'secret' };
  });
  // V8 may hold the last one on its stack.
  expect(await leftOf(works)).toBeLessThan(3);
});

test('the wait ends with the reason of the signal, before or during the work', async () => {
  const reason = new Error('the caller is gone');
  const controller = new AbortController();
  const during = unlessAborted(new Promise(() => undefined), controller.signal);
  controller.abort(reason);
  await expect(during).rejects.toBe(reason);
  await expect(unlessAborted(Promise.resolve('done'), controller.signal)).rejects.toBe(reason);
});
