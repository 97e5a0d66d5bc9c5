import { LRUCache } from 'lru-cache';
import { lruLimit } from '../cache/lru-limit.ts';
import type { AccountError } from '../identity/errors.ts';
import { decodeFailure, encodeFailure } from './failures.ts';
import type { Ledger } from './ledger.ts';
import { digest } from './seal.ts';

/** More than there can be refreshes in flight. */
const keptClaims = 10_000;
/** Longer than a waiter sleeps between two looks, and much shorter than anyone waits to try again. */
const failureMs = 2_000;

/**
 * Adds claims to a ledger that grants every claim, for processes that share the ledger of one of
 * them. A claim ends with `publish` or `fail`; the owner of the ledger has to fail those of a process
 * that ended.
 * @param heldMs a claim without an answer for longer than this goes to another process
 */
export function createLeasedLedger(
  own: Ledger,
  { heldMs, now }: { readonly heldMs: number; readonly now: () => number },
): Ledger {
  const times = { ttlResolution: 0, perf: { now } };
  /** By the digest of the refresh token. */
  const leases = new LRUCache<string, string>({ ...lruLimit(keptClaims), ttl: heldMs, ...times });
  /** By lease. */
  const failures = new LRUCache<string, AccountError>({
    ...lruLimit(keptClaims),
    ttl: failureMs,
    ...times,
  });

  function release(refreshToken: string, lease: string): void {
    const key = digest(refreshToken);
    if (leases.get(key) === lease) leases.delete(key);
  }

  return {
    ...own,
    async claim(refreshToken, claim) {
      const failure = claim.followed === null ? undefined : failures.get(claim.followed);
      if (failure !== undefined) return { kind: 'failed', error: failure };
      const key = digest(refreshToken);
      const held = leases.get(key);
      if (held !== undefined) return { kind: 'underway', lease: held };
      // Before the wait, so that of two who ask at the same time the second finds it.
      leases.set(key, claim.lease);
      const claimed = await own.claim(refreshToken, claim);
      if (claimed.kind !== 'claimed') release(refreshToken, claim.lease);
      return claimed;
    },
    async publish(refreshToken, answer) {
      const settled = await own.publish(refreshToken, answer);
      release(refreshToken, answer.lease);
      return settled;
    },
    async fail(refreshToken, { lease, error }) {
      const encoded = encodeFailure(error);
      if (encoded !== null) failures.set(lease, decodeFailure(encoded));
      release(refreshToken, lease);
    },
  };
}
