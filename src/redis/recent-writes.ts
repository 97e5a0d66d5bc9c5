import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { RedisConnection } from './client.ts';

/** Some 20 MB of sealed tokens. */
const maxWrites = 5_000;
const batch = 100;
const retryMs = 200;

/** Repeats a write, if need be with the milliseconds that are left of its life. */
type Write = (leftMs: number) => Promise<unknown>;

interface Entry {
  readonly write: Write;
  /** Redis may not have it. */
  isMissing: boolean;
}

/**
 * Writes that Redis may lack for as long as they count: it has refused them, or could not be reached, or
 * the server that took over has not received them.
 */
export interface RecentWrites {
  /**
   * Writes now, and again where that fails and when a lost connection works again, until it has
   * expired. It may be repeated although it is there, and after a later one of another process.
   * @param key only the last write of a key is repeated
   * @throws what `write` throws the first time
   */
  write(key: string, ttlMs: number, write: Write): Promise<unknown>;
}

export function createRecentWrites(redis: RedisConnection): RecentWrites {
  // Expired ones are dropped by timers: they hold sealed tokens, and no later write may replace them.
  const writes = new LRUCache<string, Entry>({ max: maxWrites, ttl: 1, ttlAutopurge: true });
  let isRepeating = false;

  /** @returns whether it worked */
  async function repeat([key, entry]: [string, Entry]): Promise<boolean> {
    entry.isMissing = false;
    try {
      const leftMs = Math.floor(writes.getRemainingTTL(key));
      if (leftMs > 0) await entry.write(leftMs);
      return true;
    } catch {
      entry.isMissing = true;
      return false;
    }
  }

  async function repeatMissing(): Promise<void> {
    if (isRepeating) return;
    isRepeating = true;
    // While Redis refuses them, one write at a time shows whether it still does.
    for (let count = batch, some = missing(count); some.length > 0; some = missing(count)) {
      const works = !(await Promise.all(some.map(repeat))).includes(false);
      count = works ? batch : 1;
      if (!works) await wait(retryMs, undefined, { ref: false });
    }
    isRepeating = false;
  }

  function missing(count: number): [string, Entry][] {
    return [...writes.entries()].filter(([, { isMissing }]) => isMissing).slice(0, count);
  }

  redis.onRestored(() => {
    for (const entry of writes.values()) entry.isMissing = true;
    void repeatMissing();
  });
  return {
    async write(key, ttlMs, write) {
      const entry = { write, isMissing: false };
      writes.set(key, entry, { ttl: Math.max(1, ttlMs) });
      try {
        return await write(ttlMs);
      } catch (error) {
        entry.isMissing = true;
        void repeatMissing();
        throw error;
      }
    },
  };
}
