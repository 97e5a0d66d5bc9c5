import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test, vi } from 'vitest';
import { untilAborted } from '../../src/async/until-aborted.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** @returns what is still in memory of what the works came to */
async function leftOf(works: readonly (() => Promise<object>)[]): Promise<number> {
  const results: WeakRef<object>[] = [];
  for (const work of works) {
    const { signal } = new AbortController();
    const outcome = untilAborted(work(), signal).catch((error: object) => error);
    results.push(new WeakRef(await outcome));
  }
  for (let round = 0; round < 3; round += 1) {
    await turn();
    collectGarbage();
  }
  return results.filter((result) => result.deref() !== undefined).length;
}

test('nothing of completed work stays in memory, though its signal never fires', async () => {
  const works = Array.from({ length: 100 }, (_, number) => async () => {
    await turn();
    if (number % 2 === 0) throw new Error('failed');
    return { token: 'secret' };
  });
  // V8 may hold the last one on its stack.
  expect(await leftOf(works)).toBeLessThan(3);
});

const never = new Promise<never>(() => undefined);

test('it ends as the work does', async () => {
  const { signal } = new AbortController();
  const failure = new Error('failed');
  expect(await untilAborted(Promise.resolve('done'), signal)).toBe('done');
  await expect(untilAborted(Promise.reject(failure), signal)).rejects.toBe(failure);
});

test('it ends with the reason of the signal when that fires first', async () => {
  const stopped = new AbortController();
  const reason = new Error('out of time');
  const waiting = untilAborted(never, stopped.signal);
  stopped.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

test('a signal that has fired comes before work that is done', async () => {
  const reason = new Error('out of time');
  const waiting = untilAborted(Promise.resolve('done'), AbortSignal.abort(reason));
  await expect(waiting).rejects.toBe(reason);
});

test('work that fails after its callers have gone is no unhandled rejection', async () => {
  const reason = new Error('out of time');
  const { promise, reject } = deferred();
  const waiting = untilAborted(promise, AbortSignal.abort(reason));
  await expect(waiting).rejects.toBe(reason);
  reject(new Error('failed'));
  // An unhandled rejection would fail the run.
  await new Promise(setImmediate);
});

test('many calls of one request may wait on its signal, and Node warns of no leak', async () => {
  const warn = vi.spyOn(process, 'emitWarning');
  onTestFinished(() => warn.mockRestore());
  const { signal } = new AbortController();
  const calls = Array.from({ length: 30 }, (_, index) => index);
  expect(
    await Promise.all(calls.map((index) => untilAborted(Promise.resolve(index), signal))),
  ).toEqual(calls);
  expect(warn).not.toHaveBeenCalled();
});

function deferred() {
  let reject: (failure: Error) => void = () => undefined;
  const promise = new Promise<never>((_resolve, fail) => {
    reject = fail;
  });
  return { promise, reject };
}
