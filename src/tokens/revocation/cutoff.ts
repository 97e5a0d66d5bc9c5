import { maxSkewSeconds } from '../token/claims.ts';

/** Tokens that were issued until `at` were revoked or are doubted. Epoch milliseconds. */
export interface Mark {
  readonly at: number;
  /** An introspection that began then or later has seen it. */
  readonly since: number;
}

/**
 * `doubted`: only an introspection that began at `since` (epoch milliseconds) or later can decide.
 */
export type RevocationStatus =
  | { readonly kind: 'clear' }
  | { readonly kind: 'over' }
  | { readonly kind: 'doubted'; readonly since: number };

export const clear: RevocationStatus = { kind: 'clear' };
export const over: RevocationStatus = { kind: 'over' };

/**
 * `iat` has whole seconds, and clocks differ: a token that was issued this close to the mark may be
 * on either side of it.
 */
const skewMs = maxSkewSeconds * 1000;

/**
 * @param at on any clock; it may be ahead of ours
 * @param now when the event was received, and so later than it happened
 */
export function markOf(at: number, now: number): Mark {
  return { at: Math.min(at, now + skewMs), since: Math.min(now, at + skewMs) };
}

/** One mark for both. A repeated event changes nothing. */
export function later(mark: Mark | null, other: Mark): Mark {
  if (mark === null || mark.at === other.at) return mark ?? other;
  return { at: Math.max(mark.at, other.at), since: Math.max(mark.since, other.since) };
}

/** Of a token that the mark is about. @param issuedAt null: not known */
export function statusAt(issuedAt: number | null, mark: Mark): RevocationStatus {
  if (issuedAt !== null && issuedAt < mark.at - skewMs) return over;
  return doubtAt(issuedAt, mark);
}

/** Of a token that the mark may be about. @param issuedAt null: not known */
export function doubtAt(issuedAt: number | null, { at, since }: Mark): RevocationStatus {
  return issuedAt === null || issuedAt <= at + skewMs ? { kind: 'doubted', since } : clear;
}

/** What is worse for the token. */
export function worse(status: RevocationStatus, other: RevocationStatus): RevocationStatus {
  if (status.kind === 'clear' || other.kind === 'over') return other;
  if (status.kind === 'over' || other.kind === 'clear') return status;
  return status.since >= other.since ? status : other;
}
