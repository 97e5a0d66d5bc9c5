import { LRUCache } from 'lru-cache';
import { lruLimit } from '../../cache/lru-limit.ts';
import { digestOf } from '../../crypto/token-digest.ts';

/** Some 150 KB. What is pushed out is an open question until the next load. */
const keptKeys = 1_000;

/**
 * Unknown key ids, each with the number of the load in which it was first missing. Keys are published
 * before they sign, so a later load either has the key or shows that it does not exist.
 */
export interface MissedKeys {
  /**
   * @param load number of the newest load, and no time, since the clock may be set back
   * @returns the number of the load that it was missed in first
   */
  add(kid: string, load: number): number;
}

export function createMissedKeys(): MissedKeys {
  const loads = new LRUCache<string, number>(lruLimit(keptKeys));
  return {
    add(kid, load) {
      // Whoever makes up a key id may make it as long as a token.
      const digest = digestOf(kid);
      const first = loads.get(digest) ?? load;
      loads.set(digest, first);
      return first;
    },
  };
}
