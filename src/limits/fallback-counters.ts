import { createFallback } from '../cache/redis-fallback.ts';
import type { Counters } from './counters.ts';

/**
 * The shared counters for as long as they work, and this process's own where they do not: tries are
 * limited either way, and processes then each count for themselves.
 * @param notice told once when they stop working, and once when they work again
 */
export function createFallbackCounters(
  both: { readonly shared: Counters; readonly own: Counters },
  notice: (working: boolean, error: unknown) => void,
): Counters {
  const { attempt } = createFallback(both, notice);
  return {
    take: (take) => attempt((counters) => counters.take(take)),
    settle: (settlement) => attempt((counters) => counters.settle(settlement)),
  };
}
