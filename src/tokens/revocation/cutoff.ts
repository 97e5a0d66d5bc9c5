import { maxSkewSeconds } from '../token/claims.ts';

/** Tokens issued until `at` were revoked, or must be checked again. Epoch milliseconds. */
export interface Cutoff {
  readonly at: number;
  /** An introspection that began at this time or later takes the revocation into account. */
  readonly since: number;
}

/**
 * `recheck`: only an introspection that began at `since` (epoch milliseconds) or later can decide.
 */
export type RevocationStatus =
  | { readonly kind: 'clear' }
  | { readonly kind: 'revoked' }
  | { readonly kind: 'recheck'; readonly since: number };

export const clear: RevocationStatus = { kind: 'clear' };
export const revoked: RevocationStatus = { kind: 'revoked' };

/**
 * `iat` has whole seconds, and clocks differ: a token issued this close to the cutoff may be on either
 * side of it.
 */
const skewMs = maxSkewSeconds * 1000;

/**
 * @param at on any clock; it may be ahead of ours
 * @param now when the event was received, and so later than it happened
 */
export function cutoffAt(at: number, now: number): Cutoff {
  return { at: Math.min(at, now + skewMs), since: Math.min(now, at + skewMs) };
}

/** One cutoff that covers both. A repeated event changes nothing. */
export function later(cutoff: Cutoff | null, other: Cutoff): Cutoff {
  if (cutoff === null || cutoff.at === other.at) return cutoff ?? other;
  return { at: Math.max(cutoff.at, other.at), since: Math.max(cutoff.since, other.since) };
}

/** For a token that the cutoff certainly concerns. @param issuedAt null if the token has no `iat` */
export function statusAt(issuedAt: number | null, cutoff: Cutoff): RevocationStatus {
  if (issuedAt !== null && issuedAt < cutoff.at - skewMs) return revoked;
  return recheckAt(issuedAt, cutoff);
}

/** For a token that the cutoff may concern. @param issuedAt null if the token has no `iat` */
export function recheckAt(issuedAt: number | null, { at, since }: Cutoff): RevocationStatus {
  return issuedAt === null || issuedAt <= at + skewMs ? { kind: 'recheck', since } : clear;
}

/** The stricter of two results. */
export function worse(status: RevocationStatus, other: RevocationStatus): RevocationStatus {
  if (status.kind === 'clear' || other.kind === 'revoked') return other;
  if (status.kind === 'revoked' || other.kind === 'clear') return status;
  return status.since >= other.since ? status : other;
}
