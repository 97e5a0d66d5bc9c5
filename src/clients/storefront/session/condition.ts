import type { AccountApiErrorCode } from '../client/errors.ts';
import type { SealProblem } from './seal.ts';

/** Why nobody is signed in. */
export type SignedOutReason =
  /** The browser sent no session. */
  | 'NO_SESSION'
  /** This request ended it. */
  | 'LOGGED_OUT'
  /** The API says that the session has ended: the cookie is deleted. */
  | 'REFRESH_TOKEN_REJECTED'
  /** The access token has expired, and there is no refresh token. */
  | 'EXPIRED'
  /** It has expired, and what is read only must not refresh: see whether the proxy runs here. */
  | 'EXPIRED_READ_ONLY'
  /** Two parts of different answers, for over a minute. */
  | 'TORN_COOKIE'
  | Exclude<SealProblem, 'NO_DECOMPRESSION'>;

/** Why a session cannot be used fully now. It is not over: offer to try again, never to log in. */
export type DegradedReason =
  /** Two answers set the cookie at once: the next request will read it. */
  | 'TORN_COOKIE'
  /** The cookie is compressed, which this runtime cannot undo: run the proxy on Node. */
  | 'NO_DECOMPRESSION'
  /** The new tokens do not fit into cookies: put fewer groups or claims into them. */
  | 'SESSION_TOO_LARGE'
  /** Of RateLimited, UpstreamUnavailable, or of the way to the API. */
  | AccountApiErrorCode;

export type Condition =
  | { readonly state: 'signedIn'; readonly reason: null }
  | { readonly state: 'signedOut'; readonly reason: SignedOutReason }
  | {
      readonly state: 'degraded';
      readonly reason: DegradedReason;
      readonly retryAfterSeconds?: number | undefined;
    };

export const signedIn: Condition = { state: 'signedIn', reason: null };

export function signedOut(reason: SignedOutReason): Condition {
  return { state: 'signedOut', reason };
}
