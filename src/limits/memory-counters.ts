import { LRUCache } from 'lru-cache';
import { lruLimit } from '../cache/lru-limit.ts';
import { type Counters, type Full, knownClientsPerAccount } from './counters.ts';

/**
 * At most some 15 MB. To evict a key an attacker needs as many allowed attempts, and only the count that
 * has been idle longest is evicted.
 */
const maxKeys = 100_000;

/** At most some 40 MB. Evicting the clients of all other accounts takes log-ins to 10,000 accounts. */
const maxMarks = 100_000;

/** With the number of entries, for the metrics. */
export interface MemoryCounters extends Counters {
  sizes(): { readonly counts: number; readonly knownClients: number };
}

/** For one process. @param now epoch milliseconds */
export function createMemoryCounters(now: () => number): MemoryCounters {
  /** When a count is back at zero; epoch milliseconds. */
  const clearAt = new LRUCache<string, number>(lruLimit(maxKeys));
  /** Known clients by account, oldest first, with the end of each. */
  const clientsOf = new LRUCache<string, ReadonlyMap<string, number>>({
    maxSize: maxMarks,
    sizeCalculation: ({ size }) => size,
  });

  return {
    async take({ counts, knownClients }) {
      const at = now();
      const isKnown = knownClients.some(
        ({ account, client }) => (clientsOf.get(account)?.get(client) ?? 0) > at,
      );
      const taken = new Map<string, number>();
      let full: Full | null = null;
      for (const [index, { key, burst, everyMs, unknownClientsOnly }] of counts.entries()) {
        if (isKnown && unknownClientsOnly) continue;
        const most = at + burst * everyMs;
        // More than a full burst means that the clock was set back.
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

    async settle({ back, forget, knownClients, knownClientMs }) {
      const at = now();
      for (const { key, everyMs } of back) {
        const before = (clearAt.get(key) ?? 0) - everyMs;
        if (before > at) clearAt.set(key, before);
        else clearAt.delete(key);
      }
      for (const key of forget) clearAt.delete(key);
      for (const { account, client } of knownClients) {
        const until = new Map(clientsOf.get(account));
        until.delete(client);
        until.set(client, at + knownClientMs);
        const [oldest = client] = until.keys();
        if (until.size > knownClientsPerAccount) until.delete(oldest);
        clientsOf.set(account, until);
      }
    },
    sizes: () => ({ counts: clearAt.size, knownClients: clientsOf.calculatedSize }),
  };
}
