/**
 * What the embedded org stores; the routes turn it into Okta's JSON. Times are epoch milliseconds.
 */

export type UserStatus =
  | 'STAGED'
  | 'PROVISIONED'
  | 'ACTIVE'
  | 'RECOVERY'
  | 'PASSWORD_EXPIRED'
  | 'LOCKED_OUT'
  | 'SUSPENDED'
  | 'DEPROVISIONED';

export type Profile = Record<string, unknown> & { login: string; email: string };

export interface PasswordHash {
  salt: string;
  hash: string;
}

export interface UserEntity {
  id: string;
  status: UserStatus;
  created: number;
  activated: number | null;
  statusChanged: number | null;
  lastLogin: number | null;
  lastUpdated: number;
  passwordChanged: number | null;
  profile: Profile;
  password: PasswordHash | null;
  /** Newest first, the current one included. */
  passwordHistory: PasswordHash[];
  /** Wrong passwords in a row. */
  failedAttempts: number;
  groupIds: string[];
}

/** A one-time token that travels by mail. */
export interface MailTokenEntity {
  token: string;
  userId: string;
  purpose: 'ACTIVATION' | 'PASSWORD_RECOVERY' | 'ACCOUNT_UNLOCK';
  expiresAt: number;
  /** Opening the link changes nothing, redeeming it does; a new password uses up all of the user's. */
  used: boolean;
}

/** A new address that a user has requested. */
export interface PendingEmailEntity {
  id: string;
  userId: string;
  email: string;
  /** The code that was mailed last. */
  challenge: { id: string; code: string; expiresAt: number } | null;
}

/** The state of an /api/v1/authn transaction. */
export interface AuthnTransactionEntity {
  stateToken: string;
  userId: string;
  status:
    | 'PASSWORD_EXPIRED'
    | 'PASSWORD_RESET'
    | 'MFA_REQUIRED'
    | 'MFA_CHALLENGE'
    | 'MFA_ENROLL'
    | 'MFA_ENROLL_ACTIVATE';
  recoveryType: 'PASSWORD' | 'ACCOUNT_ACTIVATION' | null;
  relayState: string | null;
  /** The factor of a challenge or an enrolment; the push that was sent for it; its result. */
  factorId: string | null;
  pushId: string | null;
  factorResult: 'WAITING' | 'CHALLENGE' | 'REJECTED' | 'TIMEOUT' | null;
  /** Whether the user may set up further factors after the first. */
  enrollMore: boolean;
  /** The authentication methods so far. */
  amr: string[];
  expiresAt: number;
}

/** A proof of sign-in, valid for one /authorize. */
export interface SessionTokenEntity {
  token: string;
  userId: string;
  amr: string[];
  expiresAt: number;
}

/** Okta's own session of a user, made by /authorize. */
export interface SessionEntity {
  id: string;
  userId: string;
  createdAt: number;
  expiresAt: number;
}

export interface AuthorizationCodeEntity {
  code: string;
  clientId: string;
  serverId: string;
  redirectUri: string;
  userId: string;
  sessionId: string;
  scopes: string[];
  nonce: string | null;
  codeChallenge: string | null;
  authTime: number;
  amr: string[];
  expiresAt: number;
}

/** One sign-in at one client, with its access tokens and its chain of refresh tokens. */
export interface GrantEntity {
  id: string;
  clientId: string;
  /** `org` or the id of a custom authorization server. */
  serverId: string;
  /** Null for client credentials. */
  userId: string | null;
  /** Of the sign-in; a refresh is subject to the access policy's rule for it. */
  grantType: string;
  scopes: string[];
  authTime: number;
  amr: string[];
  /** Thumbprint of the DPoP key that its tokens are bound to. Default: none. */
  jkt?: string;
  revoked: boolean;
}

export interface AccessTokenEntity {
  jti: string;
  grantId: string;
  scopes: string[];
  issuedAt: number;
  expiresAt: number;
  revoked: boolean;
}

export interface RefreshTokenEntity {
  /** `oar…`, the same for the whole chain. */
  id: string;
  token: string;
  grantId: string;
  /** Of the first of the chain. */
  createdAt: number;
  lastUsedAt: number;
  /** End of the whole chain, which rotation does not move; null: none. */
  expiresAt: number | null;
  /** The token expires when it is unused for this long. */
  idleMs: number;
  /** When a successor was issued under rotation; it still works for the client's leeway after that. */
  rotatedAt: number | null;
  /** The token that replaced this one under rotation. */
  successor: string | null;
  revoked: boolean;
}

export interface PasswordPolicy {
  minLength: number;
  minLowerCase: number;
  minUpperCase: number;
  minNumber: number;
  minSymbol: number;
  excludeUsername: boolean;
  /** Attributes whose values a password may not hold. */
  excludeAttributes: ('firstName' | 'lastName')[];
  /** Whether a password may not be one of the common ones. */
  excludeCommon: boolean;
  historyCount: number;
  minAgeMinutes: number;
  maxAgeDays: number;
  lockoutMaxAttempts: number;
  autoUnlockMinutes: number;
  showLockoutFailures: boolean;
  recoveryTokenLifetimeMinutes: number;
  /** False: customers get no mail to reset the password or to unlock the account. */
  recoveryByMail: boolean;
  /** What the rule of the policy lets customers do by themselves. */
  mayChange: boolean;
  mayReset: boolean;
  mayUnlock: boolean;
}

/** A mail or, with the kind SMS_CODE, a text message. */
export interface Mail {
  id: string;
  kind:
    | 'ACTIVATION'
    | 'PASSWORD_RESET'
    | 'PASSWORD_RESET_DENIED'
    | 'ACCOUNT_UNLOCK'
    | 'EMAIL_CODE'
    | 'SMS_CODE'
    | 'EMAIL_CHANGE_CODE'
    | 'EMAIL_CHANGE_NOTICE';
  /** An e-mail address, or a phone number. */
  to: string;
  /** Of a text message: the whole text. */
  subject: string;
  /** The one-time token, as a person would copy it from the mail; null where it has none. */
  token: string | null;
  /** Opens the page that shows the token. */
  link: string | null;
  /** Six digits that prove a second factor; null where it has none. */
  code: string | null;
  sentAt: string;
}
