/**
 * The status of an account in its life cycle, under Okta's names. UNKNOWN: a status that this API
 * does not know, and must not treat as active.
 */
export type UserStatus =
  | 'STAGED'
  | 'PROVISIONED'
  | 'ACTIVE'
  | 'RECOVERY'
  | 'PASSWORD_EXPIRED'
  | 'LOCKED_OUT'
  | 'SUSPENDED'
  | 'DEPROVISIONED'
  | 'UNKNOWN';

/** A customer account at the identity provider. */
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
  /** All other attributes of the account. Some must never be shown to callers. */
  readonly attributes: Attributes;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** Input of a sign-up. */
export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly mobilePhone: string | null;
  readonly locale: string | null;
  /** Default: none. */
  readonly attributes?: Attributes;
}

/** A sign-up whose address is not verified yet. The password is set after the verification. */
export type UnverifiedUser = Omit<NewUser, 'password'>;

/**
 * Attributes that an org has added to its customer profile, by variable name. The members of a list have
 * one type.
 */
export type Attributes = Readonly<Record<string, AttributeValue | null>>;
export type AttributeValue = string | number | boolean | readonly (string | number)[];

/** Changes of a profile: null clears a value, an absent one stays as it is. */
export interface ProfileChanges {
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly displayName?: string | null;
  readonly mobilePhone?: string | null;
  readonly locale?: string | null;
  readonly attributes?: Attributes;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** The tokens of one session (RFC 6749 section 5.1). */
export interface Tokens {
  readonly accessToken: string;
  /** Expiry of the access token. */
  readonly expiresAt: Date;
  /** Null if the client may not refresh or `offline_access` was not granted. */
  readonly refreshToken: string | null;
  /** Null if `openid` was not granted. */
  readonly idToken: string | null;
  readonly scopes: readonly string[];
  /** Null if the access token does not name one, for example an opaque token. */
  readonly owner: TokenOwner | null;
}

/** The account that tokens were issued to. */
export interface TokenOwner {
  readonly userId: string;
  /** Okta's id of the refresh token; null if the provider does not name it. */
  readonly sessionId: string | null;
  /** Null if the provider does not name it. */
  readonly login: string | null;
}

/** A log-in of a customer that can still be refreshed. */
export interface Session {
  /** Okta's id of the refresh token (`oar…`). Not a secret. */
  readonly id: string;
  readonly clientId: string;
  readonly createdAt: Date;
  /** The time of the last refresh, or of the log-in. */
  readonly lastUsedAt: Date;
  /** The expiry unless it is refreshed before; null if the provider does not say. */
  readonly expiresAt: Date | null;
}

/** Which sessions of an account were ended before they expired. */
export type EndedSessions = {
  readonly userId: string;
  /** Default: LOG_OUT. */
  readonly cause?: 'LOG_OUT' | 'ACCOUNT_DELETED';
} & (
  | { readonly kind: 'all'; readonly sessionId: null }
  | { readonly kind: 'one'; readonly sessionId: string }
  /** All except this one. */
  | { readonly kind: 'others'; readonly sessionId: string }
);

/** Proves that a mail has reached the owner of the account. */
export type MailProof =
  | { readonly token: string }
  /** From PasswordRejected, after the token was used. */
  | { readonly continuation: string };

/** A change of the address that needs the code of the mail. */
export interface RequestedEmailChange {
  /** The provider's state for the next step. Secret, so it leaves this process only sealed. */
  readonly continuation: string;
  readonly expiresAt: Date;
  readonly taken: boolean;
}

/** The outcome of a log-in that was not refused. A refusal is thrown as an AccountError. */
export type LogInOutcome =
  | { readonly kind: 'tokens'; readonly tokens: Tokens }
  | {
      readonly kind: 'passwordExpired';
      /** The provider's state for the next step. Secret, so it leaves this process only sealed. */
      readonly continuation: string;
      readonly expiresAt: Date;
    }
  | {
      readonly kind: 'mfaRequired';
      readonly continuation: string;
      readonly expiresAt: Date;
      /** At least one. */
      readonly factors: readonly FactorOption[];
    }
  | {
      readonly kind: 'mfaEnrollmentRequired';
      readonly continuation: string;
      readonly expiresAt: Date;
      /** At least one. */
      readonly types: readonly FactorType[];
    };

/** A second factor. PUSH: a notification that is approved on a phone. */
export type FactorType = 'TOTP' | 'EMAIL' | 'SMS' | 'PUSH';

export interface FactorOption {
  readonly id: string;
  readonly type: FactorType;
  /** The phone number or address, masked; null if the factor has none. */
  readonly hint: string | null;
}

/** The issuer's introspection of a token (RFC 7662). */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly subject: string;
      /** Null for a token of a service (client credentials). */
      readonly userId: string | null;
      readonly clientId: string;
      readonly scopes: readonly string[];
      readonly issuer: string | null;
      readonly audience: readonly string[];
      readonly expiresAt: Date;
      /** Every member of the answer. */
      readonly claims: Readonly<Record<string, unknown>>;
    };

/**
 * The customer's own device and address, as a frontend server reports them: without it the provider
 * sees one address and one browser for all customers. Validated, so it is safe in headers.
 */
export interface Shopper {
  /** IPv4 or IPv6, without a port or a zone. */
  readonly clientIp: string | null;
  readonly userAgent: string | null;
  /** The frontend's id of the device, the same at every visit; at most 256 characters. */
  readonly deviceId: string | null;
  /** RFC 9110 section 12.5.4: languages in the order of preference. */
  readonly language: string | null;
}

/** The context of one request, passed to every call that is made for it. */
export interface CallContext {
  /** Unique, generated by this API; not the id that the caller may have sent. */
  readonly requestId: string;
  /** Aborts when the caller disconnects or, with an UpstreamUnavailable as reason, on a timeout. */
  readonly signal: AbortSignal;
  /** Null unless a trusted service sent it, and for calls on behalf of several customers. */
  readonly shopper: Shopper | null;
}
