import type { AccountError } from '../identity/errors.ts';
import type { EndedSessions, Tokens } from '../identity/model.ts';
import type { Owner } from './session-ends.ts';

/** What a refresh gave. */
export interface Answer {
  readonly tokens: Tokens;
  /** Epoch milliseconds: when the provider was asked. */
  readonly begunAt: number;
}

/** The state of one refresh token. */
export type Standing =
  /** Not used within the grace window. */
  { readonly kind: 'open' } | Settled;

export type Settled =
  | ({ readonly kind: 'answered' } & Answer)
  /** The customer has logged out with it. */
  | { readonly kind: 'ended' };

/** What a process may do about a refresh. */
export type Claim =
  | Settled
  /** Ask the provider, and then `publish` or `fail`. */
  | { readonly kind: 'claimed' }
  /** Another process asks the provider, under this lease. */
  | { readonly kind: 'underway'; readonly lease: string }
  /** The refresh that the caller waited for has failed. */
  | { readonly kind: 'failed'; readonly error: AccountError };

/**
 * Refresh tokens that were used or ended a moment ago: each is used once, and all callers that send
 * it within the grace window get the same successor. Entries expire. Outside this process a token is
 * identified by its SHA-256, and none is stored in clear.
 */
export interface Ledger {
  /**
   * One process gets the claim; another one does after the lease has expired.
   * @param claim.followed the lease that the caller has waited for; only such callers get its failure
   */
  claim(
    refreshToken: string,
    claim: { readonly lease: string; readonly followed: string | null },
  ): Promise<Claim>;
  /** What everyone gets: the first answer, or `ended` where a log-out came in between. */
  publish(refreshToken: string, answer: Answer & { readonly lease: string }): Promise<Settled>;
  /** Gives the claim back. The error goes to those who wait now, and to no later caller. */
  fail(
    refreshToken: string,
    failure: { readonly lease: string; readonly error: unknown },
  ): Promise<void>;
  look(refreshToken: string): Promise<Standing>;
  /**
   * Ends the token: no later caller gets an answer.
   * @returns what was answered until now, null where nothing was
   */
  end(refreshToken: string): Promise<Tokens | null>;
  /**
   * Records that sessions have ended whose refresh tokens are not known here.
   * @param at epoch milliseconds, on a clock that processes share: refreshes that began until then
   *   are not answered
   */
  endSessions(ended: EndedSessions, at: number): Promise<void>;
  /** Whether a refresh that began then belongs to a session that has ended. */
  isEnded(owner: Owner, begunAt: number): Promise<boolean>;
}
