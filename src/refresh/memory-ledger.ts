import { LRUCache } from 'lru-cache';
import { lruLimit } from '../cache/lru-limit.ts';
import { digestOf } from '../crypto/token-digest.ts';
import type { Answer, Ledger, Standing } from './ledger.ts';
import { covers, endKey, endKeysOf, type SessionsEnd, toSessionsEnd } from './session-ends.ts';

/**
 * Total length of the cached tokens, about the same in bytes. Each entry takes a refresh that Okta
 * accepted, so callers cannot flood the cache.
 */
const maxCharacters = 40 * 1024 * 1024;
/** The minimum size of an entry, so that there are at most 10,000. */
const minCharacters = 4 * 1024;
/** Digests. To evict one, a caller has to log out this often within a minute. */
const maxEnds = 100_000;

/** With the number of entries, for the metrics. */
export interface MemoryLedger extends Ledger {
  sizes(): { readonly answers: number; readonly ends: number; readonly sessionEnds: number };
}

/**
 * The ledger of one process. Concurrent refreshes of a token are shared earlier, so no caller has to
 * wait for the claim of another.
 */
export function createMemoryLedger(options: {
  readonly graceMs: number;
  readonly endedMs: number;
  readonly now: () => number;
}): MemoryLedger {
  const { graceMs, endedMs, now } = options;
  const times = { ttlResolution: 0, perf: { now } };
  const answers = new LRUCache<string, Answer>({
    maxSize: maxCharacters,
    sizeCalculation: (answer) => Math.max(minCharacters, charactersOf(answer)),
    ttl: graceMs,
    ...times,
  });
  const ends = new LRUCache<string, true>({ ...lruLimit(maxEnds), ttl: endedMs, ...times });
  const sessionEnds = new LRUCache<string, SessionsEnd>({
    ...lruLimit(maxEnds),
    ttl: endedMs,
    ...times,
  });

  function standingOf(key: string): Standing {
    const answer = answers.get(key);
    if (ends.has(key)) return { kind: 'ended' };
    return answer === undefined ? { kind: 'open' } : { kind: 'answered', ...answer };
  }

  return {
    async claim(refreshToken) {
      const standing = standingOf(digestOf(refreshToken));
      return standing.kind === 'open' ? { kind: 'claimed' } : standing;
    },
    async publish(refreshToken, { tokens, begunAt }) {
      const key = digestOf(refreshToken);
      if (ends.has(key)) return { kind: 'ended' };
      answers.set(key, { tokens, begunAt });
      return { kind: 'answered', tokens, begunAt };
    },
    async fail() {},
    async look(refreshToken) {
      return standingOf(digestOf(refreshToken));
    },
    async end(refreshToken) {
      const key = digestOf(refreshToken);
      ends.set(key, true);
      return answers.get(key)?.tokens ?? null;
    },
    async endSessions(ended, at) {
      sessionEnds.set(endKey(ended), toSessionsEnd(ended, at));
    },
    async isEnded(owner, begunAt) {
      const found = endKeysOf(owner).flatMap((key) => sessionEnds.get(key) ?? []);
      return found.some((end) => covers(end, owner, begunAt));
    },
    sizes: () => ({ answers: answers.size, ends: ends.size, sessionEnds: sessionEnds.size }),
  };
}

function charactersOf({ tokens: { accessToken, refreshToken, idToken } }: Answer): number {
  return accessToken.length + (refreshToken ?? '').length + (idToken ?? '').length;
}
