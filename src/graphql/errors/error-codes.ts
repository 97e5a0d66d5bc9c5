import type { AccountErrorCode as Code } from '../../identity/errors.ts';
import { builder } from '../base/builder.ts';

export const AccountErrorCode = builder.enumType('AccountErrorCode', {
  description:
    'Which error it is. Codes are never renamed or translated, so branch on them and not on `message`.',
  values: {
    INVALID_CREDENTIALS: {
      description:
        '`InvalidCredentials`: address or password is not correct, or the account may not log in.',
    },
    ACCOUNT_LOCKED: { description: '`AccountLocked`: too many wrong passwords.' },
    ACCOUNT_DISABLED: {
      description: '`AccountDisabled`: an administrator has suspended or deactivated the account.',
    },
    EMAIL_NOT_VERIFIED: { description: '`EmailNotVerified`: the account waits for `verifyEmail`.' },
    LOG_IN_DENIED: {
      description: '`LogInDenied`: a policy of the org does not allow this log-in.',
    },
    EMAIL_TAKEN: { description: '`EmailTaken`: another account has the address.' },
    VALIDATION_FAILED: {
      description: '`ValidationFailed`: a field of the input is missing or invalid.',
    },
    PASSWORD_REJECTED: {
      description: '`PasswordRejected`: the new password does not meet the password policy.',
    },
    REFRESH_TOKEN_REJECTED: { description: '`RefreshTokenRejected`: the session has ended.' },
    RESET_TOKEN_INVALID: {
      description: '`ResetTokenInvalid`: the token for `resetPassword` is no longer valid.',
    },
    VERIFICATION_TOKEN_INVALID: {
      description: '`VerificationTokenInvalid`: the token for `verifyEmail` is no longer valid.',
    },
    UNLOCK_TOKEN_INVALID: {
      description: '`UnlockTokenInvalid`: the token for `unlockAccount` is no longer valid.',
    },
    TRANSACTION_INVALID: { description: '`TransactionInvalid`: the step is no longer open.' },
    MFA_CODE_INVALID: {
      description: '`MfaCodeInvalid`: the code of the second factor is wrong, used or too old.',
    },
    MFA_REJECTED: {
      description: '`MfaRejected`: the push was denied, or the challenge has expired.',
    },
    FACTOR_NOT_FOUND: { description: '`FactorNotFound`: there is no such second factor.' },
    FACTOR_NOT_ALLOWED: {
      description:
        '`FactorNotAllowed`: the org does not offer such a factor, or it is set up already.',
    },
    EMAIL_CODE_INVALID: { description: '`EmailCodeInvalid`: the code is not the one in the mail.' },
    SESSION_NOT_FOUND: { description: '`SessionNotFound`: the account has no such session.' },
    CURRENT_SESSION_UNKNOWN: {
      description: '`CurrentSessionUnknown`: the access token does not name this session.',
    },
    RATE_LIMITED: { description: '`RateLimited`: too many requests.' },
    UPSTREAM_UNAVAILABLE: {
      description:
        '`UpstreamUnavailable`: Okta could not be reached or did not give a usable answer.',
    },
  } satisfies Record<Code, { description: string }>,
});
