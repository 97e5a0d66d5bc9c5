import { LRUCache } from 'lru-cache';
import { lruLimit } from '../cache/lru-limit.ts';
import { type Counters, type Full, marksPerAccount } from './counters.ts';

/**
 * Keys that are remembered, at most some 15 MB. Evicting one takes as many attempts that were let
 * through, and what is evicted is a count that has not grown lately.
 */
const keptKeys = 100_000;

/** At most some 40 MB. Evicting those of all other accounts takes log-ins to 10,000 accounts. */
const keptMarks = 100_000;

/** What is remembered of counts, and how much of it. */
export interface MemoryCounters extends Counters {
  sizes(): { readonly counts: number; readonly marks: number };
}

/** For one process. @param now epoch milliseconds */
export function createMemoryCounters(now: () => number): MemoryCounters {
  /** When nothing of a count is left, epoch milliseconds. */
  const clearAt = new LRUCache<string, number>(lruLimit(keptKeys));
  /** Until when, by client, the oldest first. */
  const marksOf = new LRUCache<string, ReadonlyMap<string, number>>({
    maxSize: keptMarks,
    sizeCalculation: ({ size }) => size,
  });

  return {
    async take({ counts, marks }) {
      const at = now();
      const isKnown = marks.some(
        ({ account, client }) => (marksOf.get(account)?.get(client) ?? 0) > at,
      );
      const taken = new Map<string, number>();
      let full: Full | null = null;
      for (const [index, { key, burst, everyMs, strangersOnly }] of counts.entries()) {
        if (isKnown && strangersOnly) continue;
        const most = at + burst * everyMs;
        // Beyond a full burst: counted before the clock was set back.
        if ((clearAt.get(key) ?? 0) > most) clearAt.set(key, most);
        const next = Math.max(clearAt.get(key) ?? 0, at) + everyMs;
        const waitMs = next - most;
        if (waitMs > (full?.waitMs ?? 0)) full = { index, waitMs };
        taken.set(key, next);
      }
      if (full !== null) return full;
      for (const [key, next] of taken) clearAt.set(key, next);
      return null;
    },

    async settle({ back, forget, marks, markMs }) {
      const at = now();
      for (const { key, everyMs } of back) {
        const before = (clearAt.get(key) ?? 0) - everyMs;
        if (before > at) clearAt.set(key, before);
        else clearAt.delete(key);
      }
      for (const key of forget) clearAt.delete(key);
      for (const { account, client } of marks) {
        const until = new Map(marksOf.get(account));
        until.delete(client);
        until.set(client, at + markMs);
        const [oldest = client] = until.keys();
        if (until.size > marksPerAccount) until.delete(oldest);
        marksOf.set(account, until);
      }
    },
    sizes: () => ({ counts: clearAt.size, marks: marksOf.calculatedSize }),
  };
}
