/** Where an account stands in its life cycle; Okta's user statuses under Okta's names. */
export type UserStatus =
  | 'STAGED'
  | 'PROVISIONED'
  | 'ACTIVE'
  | 'RECOVERY'
  | 'PASSWORD_EXPIRED'
  | 'LOCKED_OUT'
  | 'SUSPENDED'
  | 'DEPROVISIONED';

/** A customer account as the identity provider holds it. */
export interface User {
  /** Okta's user id (`00u…`): the `uid` claim of an access token, never its `sub`. */
  readonly id: string;
  readonly status: UserStatus;
  /** The name the customer signs in with; an e-mail address for accounts made here. */
  readonly login: string;
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly displayName: string | null;
  readonly mobilePhone: string | null;
  readonly locale: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** What a customer gives to open an account. */
export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly mobilePhone: string | null;
  readonly locale: string | null;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** The tokens of one session (RFC 6749 section 5.1). */
export interface Tokens {
  readonly accessToken: string;
  /** End of the access token's life. */
  readonly expiresAt: Date;
  /** Null where the client may not refresh or `offline_access` was not granted. */
  readonly refreshToken: string | null;
  /** Null where `openid` was not granted. */
  readonly idToken: string | null;
  readonly scopes: readonly string[];
}

/** How a log-in ended when it was not refused; a refusal is thrown as an AccountError. */
export type LogInOutcome =
  | { readonly kind: 'tokens'; readonly tokens: Tokens }
  | {
      readonly kind: 'passwordExpired';
      /** What the provider needs to go on; secret, so it leaves this process only sealed. */
      readonly continuation: string;
      readonly expiresAt: Date;
    };

/** What the issuer says of a token (RFC 7662). */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly subject: string;
      /** Null for a token that belongs to no customer (client credentials). */
      readonly userId: string | null;
      readonly clientId: string;
      readonly scopes: readonly string[];
      readonly issuer: string | null;
      readonly audience: readonly string[];
      readonly expiresAt: Date;
      /** Every member of the answer. */
      readonly claims: Readonly<Record<string, unknown>>;
    };

/** Belongs to one request of one caller, and travels with every call made for it. */
export interface CallContext {
  /** Ours; joins our log lines with the caller's. */
  readonly requestId: string;
  /** Fires when the caller has gone or the request's deadline is over. */
  readonly signal: AbortSignal;
}
