/**
 * Every way an account operation can be refused or fail that a caller is expected to handle.
 * The codes are a contract: they are never translated and never renamed.
 */
export const accountErrorCodes = [
  'INVALID_CREDENTIALS',
  'ACCOUNT_LOCKED',
  'ACCOUNT_DISABLED',
  'EMAIL_NOT_VERIFIED',
  'LOG_IN_DENIED',
  'EMAIL_TAKEN',
  'VALIDATION_FAILED',
  'PASSWORD_REJECTED',
  'REFRESH_TOKEN_REJECTED',
  'RESET_TOKEN_INVALID',
  'VERIFICATION_TOKEN_INVALID',
  'UNLOCK_TOKEN_INVALID',
  'TRANSACTION_INVALID',
  'EMAIL_CODE_INVALID',
  'SESSION_NOT_FOUND',
  'CURRENT_SESSION_UNKNOWN',
  'MFA_CODE_INVALID',
  'MFA_REJECTED',
  'FACTOR_NOT_FOUND',
  'FACTOR_NOT_ALLOWED',
  'RATE_LIMITED',
  'UPSTREAM_UNAVAILABLE',
] as const;
export type AccountErrorCode = (typeof accountErrorCodes)[number];

/** Messages are fixed texts, which never contain anything from a caller or Okta. */
export abstract class AccountError extends Error {
  abstract readonly code: AccountErrorCode;
  /** True if the same request may succeed later without a change. */
  readonly retryable: boolean = false;
}

/**
 * Wrong password, unknown, disabled or (by Okta's default) locked account. One error for all, so that it
 * does not reveal which addresses have an account.
 */
export class InvalidCredentials extends AccountError {
  readonly code = 'INVALID_CREDENTIALS';
  constructor() {
    super('The e-mail address or the password is not correct.');
  }
}

/**
 * Only if the password policy shows lockouts; otherwise the provider throws InvalidCredentials. Under
 * strict enumeration callers always get that.
 */
export class AccountLocked extends AccountError {
  readonly code = 'ACCOUNT_LOCKED';
  constructor() {
    super('The account is locked after too many attempts.');
  }
}

/** Disabled by an administrator. Callers never see it under strict enumeration. */
export class AccountDisabled extends AccountError {
  readonly code = 'ACCOUNT_DISABLED';
  constructor() {
    super('The account is disabled.');
  }
}

/** The account needs `verifyEmail` first. Callers never see it under strict enumeration. */
export class EmailNotVerified extends AccountError {
  readonly code = 'EMAIL_NOT_VERIFIED';
  constructor() {
    super('The e-mail address is not verified yet.');
  }
}

/**
 * Why a log-in was denied. Only for the log, since it shows how the org protects accounts. MFA:
 * a second factor is required that this API does not support. POLICY: any other rule of the org, and
 * every denial that the provider does not distinguish from it. STATE: the log-in is in a state that this
 * API cannot continue from. TOKEN_TOO_LONG: the access token, for example with many groups, is longer
 * than this API accepts.
 */
export type LogInDenial =
  | 'MFA'
  | 'NOT_ASSIGNED'
  | 'NO_PASSWORD'
  | 'POLICY'
  | 'STATE'
  | 'TOKEN_TOO_LONG'
  | 'ZONE';

/** The password was correct, but a policy of the org (MFA, network zone, assignment) denies the log-in. */
export class LogInDenied extends AccountError {
  readonly code = 'LOG_IN_DENIED';
  readonly reason: LogInDenial;
  /** Which check of `okta-account-api doctor` finds the cause, such as D16; null: none does. For the log. */
  readonly doctor: string | null;
  constructor(reason: LogInDenial, doctor: string | null = null) {
    super('Signing in with e-mail and password is not allowed for this account.');
    this.reason = reason;
    this.doctor = doctor;
  }
}

/** Never thrown under strict enumeration: see ENUMERATION in docs/configuration.md. */
export class EmailTaken extends AccountError {
  readonly code = 'EMAIL_TAKEN';
  constructor() {
    super('There is an account with this e-mail address already.');
  }
}

export type FieldProblem = 'REQUIRED' | 'TOO_SHORT' | 'TOO_LONG' | 'MALFORMED' | 'NOT_ALLOWED';

export interface FieldError {
  /** In the mutation's `input`, for example `email` or `attributes.birthday`. */
  readonly field: string;
  readonly problem: FieldProblem;
}

export class ValidationFailed extends AccountError {
  readonly code = 'VALIDATION_FAILED';
  readonly fields: readonly FieldError[];
  constructor(fields: readonly FieldError[]) {
    super('Some fields are missing or malformed.');
    this.fields = fields;
  }
}

export type PasswordViolation =
  | 'TOO_SHORT'
  | 'TOO_LONG'
  | 'NO_LOWER_CASE'
  | 'NO_UPPER_CASE'
  | 'NO_NUMBER'
  | 'NO_SYMBOL'
  | 'REPEATS_CHARACTER'
  | 'CONTAINS_LOGIN'
  | 'CONTAINS_NAME'
  /** Any of the above, or a rule that only Okta knows. */
  | 'REQUIREMENTS_NOT_MET'
  | 'USED_RECENTLY'
  | 'CHANGED_TOO_RECENTLY'
  | 'BREACHED';

/** Allows another attempt at a password after the first has used the token of the mail. */
export interface PasswordRetry {
  /** The provider's state for the next step. Secret, so it leaves this process only sealed. */
  readonly continuation: string;
  readonly expiresAt: Date;
}

/** The new password does not meet the org's password policy. */
export class PasswordRejected extends AccountError {
  readonly code = 'PASSWORD_REJECTED';
  readonly violations: readonly PasswordViolation[];
  /** The rules of the policy, for example `at least 8 characters`; may be empty. */
  readonly requirements: readonly string[];
  /** Only from `resetPassword` and `verifyEmail`; null if the same call can be repeated. */
  readonly retry: PasswordRetry | null;
  constructor(
    violations: readonly PasswordViolation[],
    requirements: readonly string[] = [],
    retry: PasswordRetry | null = null,
  ) {
    super('The new password does not meet the password policy.');
    this.violations = violations;
    this.requirements = requirements;
    this.retry = retry;
  }
}

/**
 * LOGGED_OUT: with this API, recently. REJECTED: Okta's only answer to expired, revoked, reused, unknown
 * and foreign tokens.
 */
export type RefreshRejection = 'LOGGED_OUT' | 'REJECTED';

/** The session has ended: log in again. This is the only outcome of a refresh that ends a session. */
export class RefreshTokenRejected extends AccountError {
  readonly code = 'REFRESH_TOKEN_REJECTED';
  readonly reason: RefreshRejection;
  constructor(reason: RefreshRejection) {
    super('The refresh token is not valid any more. Log in again.');
    this.reason = reason;
  }
}

/** Unknown, used or expired reset token. */
export class ResetTokenInvalid extends AccountError {
  readonly code = 'RESET_TOKEN_INVALID';
  constructor() {
    super('The reset token is not valid any more. Ask for a new one.');
  }
}

/** Unknown, used or expired verification token, or one from another type of mail. */
export class VerificationTokenInvalid extends AccountError {
  readonly code = 'VERIFICATION_TOKEN_INVALID';
  constructor() {
    super('The verification token is not valid any more. Ask for a new one.');
  }
}

/** Unknown, used or expired unlock token, or one from another type of mail. */
export class UnlockTokenInvalid extends AccountError {
  readonly code = 'UNLOCK_TOKEN_INVALID';
  constructor() {
    super('The unlock token is not valid any more. Ask for a new one.');
  }
}

/** A `transaction` handle that is unknown, used, expired, or made for another step. */
export class TransactionInvalid extends AccountError {
  readonly code = 'TRANSACTION_INVALID';
  constructor() {
    super('This step is not open any more. Start again by logging in.');
  }
}

/**
 * UPSTREAM: Okta's own limit. TRANSACTION: the messages of one log-in. The others are limits of this
 * API, by whose attempts they count.
 */
export type RateLimitScope = 'CLIENT' | 'ACCOUNT' | 'CALLER' | 'TRANSACTION' | 'UPSTREAM';

export class RateLimited extends AccountError {
  readonly code = 'RATE_LIMITED';
  override readonly retryable = true;
  readonly scope: RateLimitScope;
  /** Whole seconds, at least 1. */
  readonly retryAfterSeconds: number;
  constructor(scope: RateLimitScope, retryAfterSeconds: number) {
    super('Too many requests. Try again later.');
    this.scope = scope;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Okta could not be reached, failed, or gave an invalid answer. Keep the session. */
export class UpstreamUnavailable extends AccountError {
  readonly code = 'UPSTREAM_UNAVAILABLE';
  override readonly retryable = true;
  /** `cause` is for the log and never reaches a caller. */
  constructor(options?: { readonly cause: unknown }) {
    super('The identity provider is not available. Try again later.', options);
  }
}

/**
 * Okta refused the API itself: wrong client secret, missing grant, missing policy, missing scope.
 * Callers can do nothing about it, so it is not an AccountError: they see INTERNAL, and the operator's
 * log has Okta's text.
 */
export class ProviderMisconfigured extends Error {
  /** Okta's error code and description, without user input. */
  readonly detail: string;
  /** Which check of `okta-account-api doctor` finds the cause, such as D07; null: none does. */
  readonly doctor: string | null;
  constructor(detail: string, doctor: string | null = null) {
    super('The identity provider refused the API.');
    this.detail = detail;
    this.doctor = doctor;
  }
}
