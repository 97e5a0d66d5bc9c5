import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { digestOf } from '../../crypto/token-digest.ts';
import { maxTokenLength } from '../../identity/access-token.ts';
import type { KeySet } from '../keys/key-set.ts';
import { type AccessTokenInfo, readClaims } from '../token/claims.ts';
import { headerProblem, readToken } from '../token/jwt.ts';
import type { TokenInvalidReason, TokenStats } from '../token/model.ts';
import { createSignatures, type SignatureStats } from './signatures.ts';

/** What can be known about a token without a call. */
export type LocalReading =
  | { readonly kind: 'read'; readonly info: AccessTokenInfo; readonly digest: string }
  | { readonly kind: 'refused'; readonly reason: TokenInvalidReason }
  /** A reference that only its issuer can read. */
  | { readonly kind: 'opaque'; readonly digest: string }
  /** Its key is not cached. */
  | { readonly kind: 'keyless'; readonly kid: string };

export interface LocalCheck {
  read(token: string): LocalReading;
  stats(): LocalStats;
}

/** `hits` includes readings from the cache. */
export type LocalStats = SignatureStats & Pick<TokenStats, 'readings'>;

interface Options {
  readonly issuer: string;
  readonly keys: KeySet;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Total length of the tokens whose readings are cached: about as many bytes in memory, and some 7,000
 * of Okta's tokens. Others are read again.
 */
const maxCharacters = 6 * 1024 * 1024;
const maxReadings = 8_000;

interface CachedReading {
  readonly kid: string;
  readonly key: KeyObject;
  readonly reading: LocalReading;
}

/**
 * Checks signature and claims (RFC 9068, RFC 8725), which can be cached. `problemOf` checks at every use
 * what depends on the clock or the caller.
 */
export function createLocalCheck({ issuer, keys, now }: Options): LocalCheck {
  const signatures = createSignatures(now);
  const readings = new LRUCache<string, CachedReading>({
    max: maxReadings,
    maxSize: maxCharacters,
  });
  let cachedHits = 0;

  return {
    read(token) {
      if (token.length > maxTokenLength) return refusedLocally('MALFORMED');
      const digest = digestOf(token);
      const cached = readings.get(digest);
      if (cached !== undefined && keys.findSync(cached.kid) === cached.key) {
        cachedHits += 1;
        return cached.reading;
      }
      const shape = readToken(token);
      if (shape.kind === 'opaque') return { kind: 'opaque', digest };
      if (shape.kind === 'malformed') return refusedLocally('MALFORMED');
      const { header, claims } = shape;
      const problem = headerProblem(header);
      if (problem !== null) return refusedLocally(problem);
      // Before the key: the token of another issuer gets that reason, and causes no key lookup.
      if (claims['iss'] !== issuer) return refusedLocally('WRONG_ISSUER');
      const kid = header['kid'];
      if (typeof kid !== 'string') return refusedLocally('UNKNOWN_KEY');
      const key = keys.findSync(kid);
      if (key === null) return { kind: 'keyless', kid };
      if (!signatures.isGood(token, digest, key)) return refusedLocally('BAD_SIGNATURE');
      const content = readClaims(claims, issuer);
      if (!content.ok) return refusedLocally(content.reason);
      const reading: LocalReading = { kind: 'read', info: content.info, digest };
      readings.set(digest, { kid, key, reading }, { size: token.length });
      return reading;
    },

    stats() {
      const stats = signatures.stats();
      return { ...stats, hits: stats.hits + cachedHits, readings: readings.size };
    },
  };
}

function refusedLocally(reason: TokenInvalidReason): LocalReading {
  return { kind: 'refused', reason };
}
