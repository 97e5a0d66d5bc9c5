import { maxSkewSeconds } from '../token/claims.ts';

/** That something became of tokens that were issued until then. Epoch milliseconds. */
export interface Mark {
  readonly at: number;
  /** An introspection that began then or later has seen it. */
  readonly since: number;
}

/** `doubted`: only an introspection that began at `since` (epoch milliseconds) or later can tell. */
export type RevocationStatus =
  | { readonly kind: 'clear' }
  | { readonly kind: 'over' }
  | { readonly kind: 'doubted'; readonly since: number };

export const clear: RevocationStatus = { kind: 'clear' };
export const over: RevocationStatus = { kind: 'over' };

/**
 * `iat` has whole seconds, and clocks differ: of a token that was issued so close to the mark nobody
 * here can tell on which side of it.
 */
const skewMs = maxSkewSeconds * 1000;

/**
 * @param at on whichever clock; what is ahead of ours has happened all the same
 * @param now when it was heard of, and so certainly later than it happened
 */
export function markOf(at: number, now: number): Mark {
  return { at: Math.min(at, now + skewMs), since: Math.min(now, at + skewMs) };
}

/** One mark for both. What is told once more changes nothing. */
export function later(mark: Mark | null, other: Mark): Mark {
  if (mark === null || mark.at === other.at) return mark ?? other;
  return { at: Math.max(mark.at, other.at), since: Math.max(mark.since, other.since) };
}

/** Of a token that the mark is about. @param issuedAt null: it does not tell */
export function statusAt(issuedAt: number | null, mark: Mark): RevocationStatus {
  if (issuedAt !== null && issuedAt < mark.at - skewMs) return over;
  return doubtAt(issuedAt, mark);
}

/** Of a token that the mark may be about. @param issuedAt null: it does not tell */
export function doubtAt(issuedAt: number | null, { at, since }: Mark): RevocationStatus {
  return issuedAt === null || issuedAt <= at + skewMs ? { kind: 'doubted', since } : clear;
}

/** What is worse for the token. */
export function worse(status: RevocationStatus, other: RevocationStatus): RevocationStatus {
  if (status.kind === 'clear' || other.kind === 'over') return other;
  if (status.kind === 'over' || other.kind === 'clear') return status;
  return status.since >= other.since ? status : other;
}
