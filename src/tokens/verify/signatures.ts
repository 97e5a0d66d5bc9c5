import { type KeyObject, verify } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { TokenStats } from '../token/model.ts';
import { createVerifiedCache } from './verified-cache.ts';

/** Checks the signatures of JWTs that `readToken` has accepted. */
export interface Signatures {
  /** @param digest of the JWT, by `digestOf` */
  isGood(jwt: string, digest: string, key: KeyObject): boolean;
  stats(): SignatureStats;
}

export type SignatureStats = Pick<
  TokenStats,
  'size' | 'hits' | 'misses' | 'negativeHits' | 'forgeries'
>;

/** A forged token costs 25 µs each time; only attackers send the same one repeatedly. */
const maxForgeries = 1_000;
const forgeryMs = 5_000;

/**
 * Verifies each signature once and caches it with its key. Synchronous, since a hop to another thread
 * takes longer than RS256 itself; so a token is never verified twice at the same time.
 * @param now epoch milliseconds
 */
export function createSignatures(now: () => number): Signatures {
  const verified = createVerifiedCache();
  /** With the key: a new key under the same id may accept the signature. */
  const forgeries = new LRUCache<string, KeyObject>({
    max: maxForgeries,
    ttl: forgeryMs,
    ttlResolution: 0,
    perf: { now },
  });
  const counts = { hits: 0, misses: 0, negativeHits: 0 };

  return {
    isGood(jwt, digest, key) {
      const isForgery = forgeries.get(digest) === key;
      if (isForgery || verified.has(digest, key)) {
        counts.hits += 1;
        if (isForgery) counts.negativeHits += 1;
        return !isForgery;
      }
      counts.misses += 1;
      const good = hasSignatureOf(jwt, key);
      if (good) verified.add(digest, key);
      else forgeries.set(digest, key);
      return good;
    },
    stats: () => ({ ...counts, size: verified.size(), forgeries: forgeries.size }),
  };
}

/** RS256 (RFC 7518 section 3.3). */
function hasSignatureOf(jwt: string, key: KeyObject): boolean {
  const end = jwt.lastIndexOf('.');
  const signature = Buffer.from(jwt.slice(end + 1), 'base64url');
  return verify('sha256', Buffer.from(jwt.slice(0, end), 'latin1'), key, signature);
}
