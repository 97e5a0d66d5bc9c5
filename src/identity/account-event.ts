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
  /** Tokens of this account issued until then may be revoked, so they are introspected. */
  | { readonly kind: 'RECHECK_TOKENS'; readonly userId: string }
  /** The same for tokens of services, which belong to no user. */
  | { readonly kind: 'RECHECK_SERVICES' }
  /** By the SHA-256 of the token, base64url. */
  | { readonly kind: 'TOKEN_ENDED'; readonly tokenDigest: string; readonly userId: string | null }
  | { readonly kind: 'PROFILE_CHANGED'; readonly userId: string }
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
}

/** Events until then may be missing, so cached data of any account may be out of date. */
interface Gap {
  readonly kind: 'GAP';
  /**
   * The provider's ids of the apps and authorization servers whose tokens are concerned; empty for any.
   * Each process checks whether it accepts their tokens, since others may accept different ones.
   */
  readonly named?: readonly string[] | undefined;
}
