import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Settles as `work` does, but not before `floorMs` have gone by: how long an answer took, a failure
 * included, then says nothing about the account. Monotonic, so a change of the clock does not count.
 */
export async function withMinDuration<Result>(
  floorMs: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    const rest = floorMs - (performance.now() - start);
    if (rest > 0) await sleep(Math.ceil(rest));
  }
}
