import {
  type AccountError,
  AccountLocked,
  EmailTaken,
  type FieldError,
  InvalidCredentials,
  LogInDenied,
  PasswordRejected,
  RateLimited,
  RefreshTokenRejected,
  ResetTokenInvalid,
  TransactionInvalid,
  UpstreamUnavailable,
  ValidationFailed,
} from '../identity/errors.ts';
import { builder } from './builder.ts';

const AccountErrorCode = builder.enumType('AccountErrorCode', {
  description:
    'The contract of an error: stable, never translated. Decide by it, not by `message`.',
  values: {
    INVALID_CREDENTIALS: { description: 'See `InvalidCredentials`.' },
    ACCOUNT_LOCKED: { description: 'See `AccountLocked`.' },
    LOG_IN_DENIED: { description: 'See `LogInDenied`.' },
    EMAIL_TAKEN: { description: 'See `EmailTaken`.' },
    VALIDATION_FAILED: { description: 'See `ValidationFailed`.' },
    PASSWORD_REJECTED: { description: 'See `PasswordRejected`.' },
    REFRESH_TOKEN_REJECTED: { description: 'See `RefreshTokenRejected`.' },
    RESET_TOKEN_INVALID: { description: 'See `ResetTokenInvalid`.' },
    TRANSACTION_INVALID: { description: 'See `TransactionInvalid`.' },
    RATE_LIMITED: { description: 'See `RateLimited`.' },
    UPSTREAM_UNAVAILABLE: { description: 'See `UpstreamUnavailable`.' },
  },
});

const AccountErrorInterface = builder.interfaceRef<AccountError>('AccountError').implement({
  description: 'Why an account activity did not happen.',
  fields: (t) => ({
    code: t.expose('code', {
      type: AccountErrorCode,
      description: 'What to decide by.',
    }),
    message: t.exposeString('message', {
      description: 'For developers: a fixed English text that never holds what the caller sent.',
    }),
    retryable: t.exposeBoolean('retryable', {
      description: 'True when the same request may succeed later with nothing changed.',
    }),
    requestId: t.id({
      description: 'Finds this request in the log of the API.',
      resolve: (_error, _args, context) => context.call.requestId,
    }),
  }),
});

const interfaces = [AccountErrorInterface];

builder.objectType(InvalidCredentials, {
  name: 'InvalidCredentials',
  interfaces,
  description:
    'The password is wrong, or there is no such account, or it may not log in. One answer for all, so that nobody can ask which addresses have an account.',
});

builder.objectType(AccountLocked, {
  name: 'AccountLocked',
  interfaces,
  description:
    'Too many wrong passwords. Only where the password policy of the org shows lockouts; by default a locked account answers `InvalidCredentials`.',
});

builder.objectType(LogInDenied, {
  name: 'LogInDenied',
  interfaces,
  description:
    'The password was right, but a policy of the org does not let this account in by password alone.',
});

builder.objectType(EmailTaken, {
  name: 'EmailTaken',
  interfaces,
  description: 'Another account has the address. Never answered under `ENUMERATION=strict`.',
});

const FieldProblem = builder.enumType('FieldProblem', {
  description: 'What is wrong with an input field.',
  values: {
    REQUIRED: { description: 'Missing or empty.' },
    TOO_SHORT: { description: 'Fewer characters than allowed.' },
    TOO_LONG: { description: 'More characters (passwords and tokens: bytes) than allowed.' },
    MALFORMED: { description: 'Not of the shape the field has, such as an address without `@`.' },
    NOT_ALLOWED: { description: 'Well-formed, but not accepted, such as control characters.' },
  },
});

const FieldErrorType = builder.objectRef<FieldError>('FieldError').implement({
  description: 'One problem of one input field.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Name of the field in `input`.' }),
    problem: t.expose('problem', { type: FieldProblem, description: 'What is wrong with it.' }),
  }),
});

builder.objectType(ValidationFailed, {
  name: 'ValidationFailed',
  interfaces,
  description: 'The input cannot be meant: nothing was done.',
  fields: (t) => ({
    fields: t.expose('fields', { type: [FieldErrorType], description: 'Every problem found.' }),
  }),
});

const PasswordViolation = builder.enumType('PasswordViolation', {
  description: 'Which rule of the password policy a new password breaks.',
  values: {
    REQUIREMENTS_NOT_MET: { description: 'Length, kinds of characters, or parts of the name.' },
    USED_RECENTLY: { description: 'One of the last passwords of the account.' },
    CHANGED_TOO_RECENTLY: { description: 'The current password is too young to be replaced.' },
    BREACHED: { description: 'Known from a breach.' },
  },
});

builder.objectType(PasswordRejected, {
  name: 'PasswordRejected',
  interfaces,
  description: 'The new password does not meet the password policy of the org.',
  fields: (t) => ({
    violations: t.expose('violations', {
      type: [PasswordViolation],
      description: 'Which rules it breaks.',
    }),
    requirements: t.exposeStringList('requirements', {
      description:
        'The policy in the words of Okta, for example `at least 8 characters`; empty where Okta gave none.',
    }),
  }),
});

builder.objectType(RefreshTokenRejected, {
  name: 'RefreshTokenRejected',
  interfaces,
  description:
    'The session is over: log in again. The only error after which a session has to be given up. Okta has one answer for expired, revoked, reused and unknown tokens, so there is no finer reason.',
});

builder.objectType(ResetTokenInvalid, {
  name: 'ResetTokenInvalid',
  interfaces,
  description: 'The reset token is unknown, used or expired: request another mail.',
});

builder.objectType(TransactionInvalid, {
  name: 'TransactionInvalid',
  interfaces,
  description: 'The transaction is unknown, used or expired: log in again.',
});

const RateLimitScope = builder.enumType('RateLimitScope', {
  description: 'Whose limit was reached.',
  values: { UPSTREAM: { description: 'A limit of the Okta org.' } },
});

builder.objectType(RateLimited, {
  name: 'RateLimited',
  interfaces,
  description: 'Too many requests: wait. A session stays as it is.',
  fields: (t) => ({
    scope: t.expose('scope', { type: RateLimitScope, description: 'Whose limit was reached.' }),
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      description: 'Whole seconds to wait, at least 1.',
    }),
  }),
});

builder.objectType(UpstreamUnavailable, {
  name: 'UpstreamUnavailable',
  interfaces,
  description:
    'Okta could not be reached or did not answer sensibly. Keep the session and try again later.',
});
