import type { AccountError } from '../identity/errors.ts';
import type { EndedSessions, Tokens } from '../identity/model.ts';
import type { Owner } from './session-ends.ts';

/** What a refresh gave. */
export interface Answer {
  readonly tokens: Tokens;
  /** Epoch milliseconds: when the provider was asked. */
  readonly begunAt: number;
}

/** What became of one refresh token. */
export type Standing =
  /** Not used within the grace window. */
  { readonly kind: 'open' } | Settled;

export type Settled =
  | ({ readonly kind: 'answered' } & Answer)
  /** The customer has logged out with it. */
  | { readonly kind: 'ended' };

/** How a process stands to a refresh that it has to make. */
export type Claim =
  | Settled
  /** Ask the provider, and then `publish` or `fail`. */
  | { readonly kind: 'claimed' }
  /** Another process asks the provider, under this lease. */
  | { readonly kind: 'underway'; readonly lease: string }
  /** The refresh that the caller waited for has failed. */
  | { readonly kind: 'failed'; readonly error: AccountError };

/**
 * What is known of refresh tokens that were used or ended a moment ago: each is used once, and all
 * who come with it within the grace window get the same successor. Entries go by themselves. Outside
 * of this process a token is known by its SHA-256, and none is held in clear.
 */
export interface Ledger {
  /**
   * One process gets the claim; the next one does when its holder is silent for a lease's time.
   * @param claim.followed the lease that the caller has waited for; its failure is told to them alone
   */
  claim(
    refreshToken: string,
    claim: { readonly lease: string; readonly followed: string | null },
  ): Promise<Claim>;
  /** What everyone gets: the first answer, or `ended` where a log-out came in between. */
  publish(refreshToken: string, answer: Answer & { readonly lease: string }): Promise<Settled>;
  /** Gives the claim back. The error goes to those who wait by now, and is no answer for others. */
  fail(
    refreshToken: string,
    failure: { readonly lease: string; readonly error: unknown },
  ): Promise<void>;
  look(refreshToken: string): Promise<Standing>;
  /** From here on nobody is answered. @returns what was answered until now, null where nothing was */
  end(refreshToken: string): Promise<Tokens | null>;
  /**
   * Keeps in mind that sessions are over whose refresh tokens nobody knows here.
   * @param at epoch milliseconds, on a clock that processes share: refreshes that began until then
   *   are answered to nobody
   */
  endSessions(ended: EndedSessions, at: number): Promise<void>;
  /** Whether a refresh that began then went on with a session that is over. */
  isEnded(owner: Owner, begunAt: number): Promise<boolean>;
}
