/**
 * The status of an account in its life cycle, under Okta's names. UNKNOWN: a status that this API
 * does not know, which must not count as active.
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
  /** All other attributes of the account. Some of them must never be shown. */
  readonly attributes: Attributes;
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
  /** Default: none. */
  readonly attributes?: Attributes;
}

/** Somebody who says that the address is theirs; the password comes with the proof of it. */
export type UnverifiedUser = Omit<NewUser, 'password'>;

/**
 * What an org has added to the profile of its customers, by variable name. Lists hold members of one
 * type.
 */
export type Attributes = Readonly<Record<string, AttributeValue | null>>;
export type AttributeValue = string | number | boolean | readonly (string | number)[];

/** What to change of a profile: null clears, what is missing stays as it is. */
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
  /** End of the access token's life. */
  readonly expiresAt: Date;
  /** Null where the client may not refresh or `offline_access` was not granted. */
  readonly refreshToken: string | null;
  /** Null where `openid` was not granted. */
  readonly idToken: string | null;
  readonly scopes: readonly string[];
  /** Null where the access token does not name one, such as one that is no JWT. */
  readonly owner: TokenOwner | null;
}

/** Whom tokens were issued to. */
export interface TokenOwner {
  readonly userId: string;
  /** Okta's id of the refresh token; null where the provider does not name it. */
  readonly sessionId: string | null;
  /** The name to log in with; null where the provider does not name it. */
  readonly login: string | null;
}

/** One log-in of a customer that can still be refreshed, as the provider lists it. */
export interface Session {
  /** Okta's id of the refresh token (`oar…`): no secret, and nothing can be done with it alone. */
  readonly id: string;
  readonly clientId: string;
  readonly createdAt: Date;
  /** When it was last refreshed, or began. */
  readonly lastUsedAt: Date;
  /** When it ends unless it is refreshed before; null: the provider does not say. */
  readonly expiresAt: Date | null;
}

/** Which sessions of an account were ended before they expired. */
export type EndedSessions = { readonly userId: string } & (
  | { readonly kind: 'all'; readonly sessionId: null }
  | { readonly kind: 'one'; readonly sessionId: string }
  /** All but this one. */
  | { readonly kind: 'others'; readonly sessionId: string }
);

/** By what the owner of an account shows that a mail has reached them. */
export type MailProof =
  | { readonly token: string }
  /** Of PasswordRejected, which the token was used up for. */
  | { readonly continuation: string };

/** A change of the address that waits for the code of the mail. */
export interface RequestedEmailChange {
  /** What the provider needs to go on; secret, so it leaves this process only sealed. */
  readonly continuation: string;
  readonly expiresAt: Date;
  readonly taken: boolean;
}

/** How a log-in ended when it was not refused; a refusal is thrown as an AccountError. */
export type LogInOutcome =
  | { readonly kind: 'tokens'; readonly tokens: Tokens }
  | {
      readonly kind: 'passwordExpired';
      /** What the provider needs to go on; secret, so it leaves this process only sealed. */
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
  /** The phone number or address, masked; null where the factor has none. */
  readonly hint: string | null;
}

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

/**
 * The customer's own device and address, as a frontend server reports them: without it the provider
 * sees one address and one browser for all customers. Checked: nothing here can break a header.
 */
export interface Shopper {
  /** IPv4 or IPv6, without a port or a zone. */
  readonly clientIp: string | null;
  readonly userAgent: string | null;
  /** A name that the frontend has given to the device, the same at every visit; 256 characters at most. */
  readonly deviceId: string | null;
  /** RFC 9110 section 12.5.4: languages in the order of preference. */
  readonly language: string | null;
}

/** Belongs to one request of one caller, and travels with every call made for it. */
export interface CallContext {
  /** No two requests share one: ours, and not the id by which the caller knows the request. */
  readonly requestId: string;
  /** Fires when the caller has gone or, with an UpstreamUnavailable for its reason, when time is up. */
  readonly signal: AbortSignal;
  /** Null where no service vouches for one, and for calls that serve many customers at once. */
  readonly shopper: Shopper | null;
}
