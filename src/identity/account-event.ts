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
  /** Tokens of this account, issued until then, may be revoked: the issuer has to be asked. */
  | { readonly kind: 'RECHECK_TOKENS'; readonly userId: string }
  /** The same of tokens that belong to no user, but to a service. */
  | { readonly kind: 'RECHECK_SERVICES' }
  /** By the SHA-256 of the token, base64url. */
  | { readonly kind: 'TOKEN_ENDED'; readonly tokenDigest: string; readonly userId: string | null }
  | { readonly kind: 'PROFILE_CHANGED'; readonly userId: string }
  | EventsLost
  /** Everything that the provider has recorded until then was published before this. */
  | { readonly kind: 'WATERMARK' }
);

interface SessionsEnded {
  /** The access tokens of these sessions, issued until then, are revoked. */
  readonly kind: 'SESSIONS_ENDED';
  readonly userId: string;
  /** Null: every session of the account. */
  readonly sessionId: string | null;
  /** The one session that goes on, where there is one. */
  readonly except: string | null;
}

/** Events until then may have been missed: whatever is kept of any account may be out of date. */
interface EventsLost {
  readonly kind: 'GAP';
  /**
   * The provider's ids of the apps and authorization servers whose tokens it may be about; none: any.
   * Whether those are taken here each process knows for itself, since the others may take tokens of
   * other ones.
   */
  readonly named?: readonly string[] | undefined;
}
