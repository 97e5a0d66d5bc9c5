import { setTimeout as wait } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { RedisConnection } from './client.ts';

/** Some 20 MB of sealed tokens. */
const maxWrites = 5_000;
const batch = 100;
const retryMs = 200;

/** Repeats a write, if need be with the milliseconds that are left of its life. */
type Write = (leftMs: number) => Promise<unknown>;

/** What this process has written and what has not expired: a server that took over may lack it. */
export interface RecentWrites {
  /**
   * Repeats the write when a lost connection works again, unless it has expired. It may be repeated
   * although it is there, and after a later one of another process.
   * @param key one write of this key is kept, the last
   */
  keep(key: string, ttlMs: number, write: Write): void;
}

export function createRecentWrites(redis: RedisConnection): RecentWrites {
  // Expired ones are dropped by timers: they hold sealed tokens, and no later write may replace them.
  const writes = new LRUCache<string, Write>({ max: maxWrites, ttl: 1, ttlAutopurge: true });
  let rounds = 0;

  async function repeat(key: string): Promise<void> {
    const leftMs = Math.floor(writes.getRemainingTTL(key));
    if (leftMs > 0) await writes.peek(key)?.(leftMs);
  }

  async function repeatAll(): Promise<void> {
    rounds += 1;
    const round = rounds;
    let missing = [...writes.keys()];
    // A later loss of the connection starts again.
    while (missing.length > 0 && round === rounds) {
      const [some, rest] = [missing.slice(0, batch), missing.slice(batch)];
      const results = await Promise.allSettled(some.map(repeat));
      const failed = some.filter((_, index) => results[index]?.status === 'rejected');
      missing = [...failed, ...rest];
      if (failed.length > 0) await wait(retryMs, undefined, { ref: false });
    }
  }

  redis.onRestored(() => void repeatAll());
  return {
    keep(key, ttlMs, write) {
      writes.set(key, write, { ttl: Math.max(1, ttlMs) });
    },
  };
}
