import type { AccountError } from '../identity/errors.ts';
import type { EndedSessions, Tokens } from '../identity/model.ts';
import type { Owner } from './session-ends.ts';

/** The result of a refresh. */
export interface Answer {
  readonly tokens: Tokens;
  /** When the provider was called; epoch milliseconds. */
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

/** What a process may do for a refresh. */
export type Claim =
  | Settled
  /** Call the provider, then `publish` or `fail`. */
  | { readonly kind: 'claimed' }
  /** Another process is calling the provider, with this lease. */
  | { readonly kind: 'underway'; readonly lease: string }
  /** The refresh that the caller waited for has failed. */
  | { readonly kind: 'failed'; readonly error: AccountError };

/**
 * Refresh tokens that were used or revoked recently. Each is used only once, and all callers that send
 * it within the grace window get the same successor. Entries expire. Outside this process a token is
 * identified by its SHA-256 and never stored in clear.
 */
export interface Ledger {
  /**
   * One process gets the claim. Another one may get it when the lease has expired.
   * @param claim.followed the lease that the caller has waited for; only such callers get its failure
   */
  claim(
    refreshToken: string,
    claim: { readonly lease: string; readonly followed: string | null },
  ): Promise<Claim>;
  /** Resolves with what all callers get: the first answer, or `ended` after a log-out in between. */
  publish(refreshToken: string, answer: Answer & { readonly lease: string }): Promise<Settled>;
  /** Releases the claim. Only callers that are waiting now get the error. */
  fail(
    refreshToken: string,
    failure: { readonly lease: string; readonly error: unknown },
  ): Promise<void>;
  look(refreshToken: string): Promise<Standing>;
  /**
   * Ends the token, so that no later caller gets an answer.
   * @returns the tokens that it was exchanged for; null if it was not
   */
  end(refreshToken: string): Promise<Tokens | null>;
  /**
   * Records the end of sessions whose refresh tokens are unknown here.
   * @param at epoch milliseconds, by a clock that the processes share; refreshes that started until
   *   then get no answer
   */
  endSessions(ended: EndedSessions, at: number): Promise<void>;
  /** Whether the session of a refresh that started at `begunAt` has ended since. */
  isEnded(owner: Owner, begunAt: number): Promise<boolean>;
}
