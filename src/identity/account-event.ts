/**
 * A change of an account or of its tokens, made here or elsewhere. Every cache of account data
 * subscribes to these events, in every process.
 */
export type AccountEvent = {
  /** An event may be published twice; handling it is idempotent. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
} & (
  | SessionsEnded
  | RecheckTokens
  /** The same for tokens of services, which belong to no user. */
  | { readonly kind: 'RECHECK_SERVICES' }
  /** By the SHA-256 of the token, base64url. */
  | { readonly kind: 'TOKEN_ENDED'; readonly tokenDigest: string; readonly userId: string | null }
  | ProfileChanged
  | Gap
  /** All events that the provider recorded until then were published before this one. */
  | { readonly kind: 'WATERMARK' }
);

interface SessionsEnded {
  /** The access tokens of these sessions that were issued until then are revoked. */
  readonly kind: 'SESSIONS_ENDED';
  readonly userId: string;
  /** Null for every session of the account. */
  readonly sessionId: string | null;
  /** The one session that stays valid, if any. */
  readonly except: string | null;
  readonly cause?: SessionsEndedCause | undefined;
}

/** Tokens of this account issued until then may be revoked, so they are introspected. */
interface RecheckTokens {
  readonly kind: 'RECHECK_TOKENS';
  readonly userId: string;
  readonly cause?: RecheckCause | undefined;
}

interface ProfileChanged {
  readonly kind: 'PROFILE_CHANGED';
  readonly userId: string;
  readonly cause?: ProfileCause | undefined;
}

// Causes are for those who read the events. Without one the cause is unknown, and nothing in this API
// depends on it.

export const sessionsEndedCauses = [
  /** The customer ended them through this API. */
  'LOG_OUT',
  /** The account was suspended or deactivated, or its deletion has begun. */
  'ACCOUNT_DISABLED',
  'ACCOUNT_DELETED',
] as const;
export type SessionsEndedCause = (typeof sessionsEndedCauses)[number];

export const recheckCauses = [
  'PASSWORD_CHANGED',
  'PASSWORD_EXPIRED',
  'FACTORS_RESET',
  'ACCOUNT_LOCKED',
  /** A session at the provider or of one app, which may not be ours. */
  'SESSION_ENDED',
  /** Some token or grant, without saying which. */
  'TOKEN_REVOKED',
] as const;
export type RecheckCause = (typeof recheckCauses)[number];

/** Activated, unlocked, or no longer suspended. */
export const profileCauses = ['ACCOUNT_ENABLED'] as const;
export type ProfileCause = (typeof profileCauses)[number];

/** Events until then may be missing, so cached data of any account may be out of date. */
interface Gap {
  readonly kind: 'GAP';
  /**
   * The provider's ids of the apps and authorization servers whose tokens are concerned; empty for any.
   * Each process checks whether it accepts their tokens, since others may accept different ones.
   */
  readonly named?: readonly string[] | undefined;
}
