import { type KeyObject, verify } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type AccessTokenInfo, readClaims } from './claims.ts';
import { digestOf } from './digest.ts';
import { headerProblem, maxTokenLength, readToken } from './jwt.ts';
import type { KeySet } from './keys.ts';
import type { TokenInvalidReason } from './model.ts';
import { createVerifiedTokens } from './verified.ts';

/** What there is to know of a token without a call. */
export type LocalReading =
  | { readonly kind: 'read'; readonly info: AccessTokenInfo; readonly digest: string }
  | { readonly kind: 'refused'; readonly reason: TokenInvalidReason }
  /** A reference that only its issuer can read. */
  | { readonly kind: 'opaque'; readonly digest: string }
  /** The key that it names is not at hand. */
  | { readonly kind: 'keyless'; readonly kid: string };

export interface LocalCheck {
  read(token: string): LocalReading;
  stats(): LocalStats;
}

export interface LocalStats {
  /** Tokens whose good signature is remembered. */
  readonly size: number;
  /** Readings that took no look at the signature. */
  readonly hits: number;
  /** Signatures that were checked. */
  readonly misses: number;
  /** Of the hits, those on a signature that was bad. */
  readonly negativeHits: number;
  /** Tokens whose claims are kept as they were read. */
  readonly readings: number;
  /** Tokens whose bad signature is remembered. */
  readonly forgeries: number;
}

interface Options {
  readonly issuer: string;
  readonly keys: KeySet;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Characters of the tokens whose readings are kept: about as many bytes in memory, and at the length
 * of Okta's tokens 7,000 of them. What is asked more rarely is read from the token again.
 */
const keptCharacters = 6 * 1024 * 1024;
const keptReadings = 8_000;
/** A forged token costs 25 µs each time. Nobody sends one for long, unless to keep us busy. */
const keptForgeries = 1_000;
const forgeryMs = 5_000;

interface Kept {
  readonly kid: string;
  readonly key: KeyObject;
  readonly reading: LocalReading;
}

/**
 * Checks signature and claims (RFC 9068, RFC 8725), each signature once: what is remembered is that it
 * was good by a certain key, and it counts for as long as that key is the issuer's. All that follows
 * from the clock or from who asks is left to `problemOf`, at every use. Checked in place, since a hop
 * to another thread takes longer than RS256 itself: so there are never two checks of one token.
 */
export function createLocalCheck({ issuer, keys, now }: Options): LocalCheck {
  const verified = createVerifiedTokens();
  const readings = new LRUCache<string, Kept>({ max: keptReadings, maxSize: keptCharacters });
  /** With the key: another one that comes under its id may find the signature good. */
  const forgeries = new LRUCache<string, KeyObject>({
    max: keptForgeries,
    ttl: forgeryMs,
    ttlResolution: 0,
    perf: { now },
  });
  const counts = { hits: 0, misses: 0, negativeHits: 0 };

  const isGood = (token: string, digest: string, key: KeyObject): boolean => {
    const isForgery = forgeries.get(digest) === key;
    if (isForgery || verified.has(digest, key)) {
      counts.hits += 1;
      if (isForgery) counts.negativeHits += 1;
      return !isForgery;
    }
    counts.misses += 1;
    const good = hasSignatureOf(token, key);
    if (good) verified.add(digest, key);
    else forgeries.set(digest, key);
    return good;
  };

  return {
    read(token) {
      if (token.length > maxTokenLength) return refused('MALFORMED');
      const digest = digestOf(token);
      const kept = readings.get(digest);
      if (kept !== undefined && keys.known(kept.kid) === kept.key) {
        counts.hits += 1;
        return kept.reading;
      }
      const shape = readToken(token);
      if (shape.kind === 'opaque') return { kind: 'opaque', digest };
      if (shape.kind === 'malformed') return refused('MALFORMED');
      const { header, claims } = shape;
      const problem = headerProblem(header);
      if (problem !== null) return refused(problem);
      // Before the key, so that another issuer's token is called that, and costs no look for its key.
      if (claims['iss'] !== issuer) return refused('WRONG_ISSUER');
      const kid = header['kid'];
      if (typeof kid !== 'string') return refused('UNKNOWN_KEY');
      const key = keys.known(kid);
      if (key === null) return { kind: 'keyless', kid };
      if (!isGood(token, digest, key)) return refused('BAD_SIGNATURE');
      const content = readClaims(claims);
      if (!content.ok) return refused(content.reason);
      const reading: LocalReading = { kind: 'read', info: content.info, digest };
      readings.set(digest, { kid, key, reading }, { size: token.length });
      return reading;
    },

    stats: () => ({
      size: verified.size(),
      ...counts,
      readings: readings.size,
      forgeries: forgeries.size,
    }),
  };
}

/** RS256 (RFC 7518 section 3.3) of a JWT that `readToken` has called one. */
function hasSignatureOf(jwt: string, key: KeyObject): boolean {
  const end = jwt.lastIndexOf('.');
  const signature = Buffer.from(jwt.slice(end + 1), 'base64url');
  return verify('sha256', Buffer.from(jwt.slice(0, end), 'latin1'), key, signature);
}

function refused(reason: TokenInvalidReason): LocalReading {
  return { kind: 'refused', reason };
}
