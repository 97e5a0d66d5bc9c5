import { LRUCache } from 'lru-cache';
import { lruLimit } from '../../cache/lru-limit.ts';
import { digestOf } from '../../crypto/token-digest.ts';

/** Some 150 KB. A kid that was pushed out is looked up again at the next load. */
const keptKeys = 1_000;

/**
 * Unknown key ids, each with the number of the load that first lacked it. Keys are published before
 * they sign, so a later load either has the key or shows that it does not exist.
 */
export interface UnknownKids {
  /**
   * @param load number of the newest load; not a time, since the clock may be set back
   * @returns the number of the load that first lacked it
   */
  add(kid: string, load: number): number;
}

export function createUnknownKids(): UnknownKids {
  const loads = new LRUCache<string, number>(lruLimit(keptKeys));
  return {
    add(kid, load) {
      // A digest, since a made-up key id may be as long as a token.
      const digest = digestOf(kid);
      const first = loads.get(digest) ?? load;
      loads.set(digest, first);
      return first;
    },
  };
}
