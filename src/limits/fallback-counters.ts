import type { Counters } from './counters.ts';

/** After a failure, so that shared counters that hang delay a caller once and not at every field. */
const pauseMs = 1_000;

/**
 * The shared counters for as long as they work, and this process's own where they do not: tries are
 * limited either way, and processes then each count for themselves.
 * @param notice told once when they stop working, and once when they work again
 */
export function createFallbackCounters(
  { shared, own }: { readonly shared: Counters; readonly own: Counters },
  notice: (working: boolean, error: unknown) => void,
): Counters {
  let working = true;
  /** On the clock of `performance.now`. */
  let pausedUntil = 0;

  async function attempt<Result>(work: (counters: Counters) => Promise<Result>): Promise<Result> {
    if (performance.now() < pausedUntil) return work(own);
    try {
      const result = await work(shared);
      if (!working) notice(true, null);
      working = true;
      return result;
    } catch (error) {
      if (working) notice(false, error);
      working = false;
      pausedUntil = performance.now() + pauseMs;
      return work(own);
    }
  }

  return {
    take: (take) => attempt((counters) => counters.take(take)),
    settle: (settlement) => attempt((counters) => counters.settle(settlement)),
  };
}
