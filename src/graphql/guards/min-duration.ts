import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Settles as `work` does, but not before `floorMs`. So the duration of an answer, also of a failure, says
 * nothing about the account. The clock is monotonic.
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
