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
} from '../../identity/errors.ts';
import { builder } from '../base/builder.ts';
import { AccountErrorCode } from './error-codes.ts';
import { retryTransactionOf } from './password-rejected-once.ts';

export const AccountErrorInterface = builder.interfaceRef<AccountError>('AccountError').implement({
  description:
    'Why a mutation was refused or failed. Every error that a caller is expected to handle implements it.',
  fields: (t) => ({
    code: t.expose('code', {
      type: AccountErrorCode,
      description: 'Which error it is, as a value to branch on.',
    }),
    message: t.exposeString('message', {
      description:
        'For developers: a fixed English text that never contains anything the caller sent.',
    }),
    retryable: t.exposeBoolean('retryable', {
      description: 'True when the same request may succeed later without a change.',
    }),
    requestId: t.id({
      description:
        'Identifies this request in the log of the API and in the `X-Request-Id` header of the response.',
      resolve: (_error, _args, context) => context.requestId,
    }),
  }),
});

const interfaces = [AccountErrorInterface];

builder.objectType(InvalidCredentials, {
  name: 'InvalidCredentials',
  interfaces,
  description:
    'The password is wrong, or there is no such account, or it may not log in. The answer is the same for all three, so it does not reveal which addresses have an account.',
});

builder.objectType(AccountLocked, {
  name: 'AccountLocked',
  interfaces,
  description:
    'Too many wrong passwords: `requestUnlock` sends a mail that unlocks the account. Under `ENUMERATION=strict`, `logIn` answers `InvalidCredentials` instead.',
});

builder.objectType(LogInDenied, {
  name: 'LogInDenied',
  interfaces,
  description: 'The password was right, but a policy of the org does not allow this log-in.',
});

builder.objectType(EmailTaken, {
  name: 'EmailTaken',
  interfaces,
  description: 'Another account has the address. Never answered under `ENUMERATION=strict`.',
});

const FieldProblem = builder.enumType('FieldProblem', {
  description: 'What is wrong with an input field.',
  values: {
    REQUIRED: { description: 'The field is missing or empty.' },
    TOO_SHORT: { description: 'It has fewer characters than allowed.' },
    TOO_LONG: {
      description: 'It has more characters (passwords and tokens: more bytes) than allowed.',
    },
    MALFORMED: {
      description: 'It does not have the format of this field, such as an address without `@`.',
    },
    NOT_ALLOWED: {
      description:
        'It is well-formed but not accepted: control characters, a value that the org does not allow, or a field that does not belong in this request.',
    },
  },
});

const FieldErrorType = builder.objectRef<FieldError>('FieldError').implement({
  description: 'A field of the input, and what is wrong with it.',
  fields: (t) => ({
    field: t.exposeString('field', {
      description:
        'Name of the field in `input`. Nested fields have a dot, for example `attributes.birthday`.',
    }),
    problem: t.expose('problem', {
      type: FieldProblem,
      description: 'What is wrong with the value of the field.',
    }),
  }),
});

builder.objectType(ValidationFailed, {
  name: 'ValidationFailed',
  interfaces,
  description:
    'At least one field of the input is missing or invalid, so nothing was done. This is nearly always found before Okta is called.',
  fields: (t) => ({
    fields: t.expose('fields', {
      type: [FieldErrorType],
      description: 'All problems that were found, one for each field.',
    }),
  }),
});

const PasswordViolation = builder.enumType('PasswordViolation', {
  description: 'Which rule of the password policy a new password breaks.',
  values: {
    TOO_SHORT: { description: 'Fewer characters than `minLength` of the policy.' },
    TOO_LONG: { description: 'More characters than `maxLength` of the policy.' },
    NO_LOWER_CASE: { description: 'Too few lower-case letters.' },
    NO_UPPER_CASE: { description: 'Too few upper-case letters.' },
    NO_NUMBER: { description: 'Too few digits.' },
    NO_SYMBOL: { description: 'Too few symbols, such as `!` or `-`.' },
    REPEATS_CHARACTER: { description: 'One character too often in a row.' },
    CONTAINS_LOGIN: {
      description: 'Holds a part of the e-mail address that has four characters or more.',
    },
    CONTAINS_NAME: { description: 'Holds the first or the last name.' },
    REQUIREMENTS_NOT_MET: {
      description:
        'Another rule of the policy, or one of the above if Okta does not say which: show `requirements`.',
    },
    USED_RECENTLY: { description: 'It is one of the last passwords of the account.' },
    CHANGED_TOO_RECENTLY: { description: 'The current password is too young to be replaced.' },
    BREACHED: { description: 'It is on a list of breached or common passwords.' },
  },
});

builder.objectType(PasswordRejected, {
  name: 'PasswordRejected',
  interfaces,
  description:
    'The new password does not meet the password policy of the org, and was not set. Let the customer choose another one.',
  fields: (t) => ({
    violations: t.expose('violations', {
      type: [PasswordViolation],
      description: 'The rules that the password breaks; at least one.',
    }),
    requirements: t.exposeStringList('requirements', {
      description:
        'The rules of the policy in English, for example `at least 8 characters`; empty if Okta gave none.',
    }),
    retryTransaction: t.string({
      nullable: true,
      description:
        'From `resetPassword` and `verifyEmail`, whose mailed token is used up by now: send it in place of that token to try another password. It works for some minutes and a few tries, for the same mutation alone (and the same service, where one sent the request), and is as secret as a token. Null from all other mutations, which can be called again as they were.',
      resolve: retryTransactionOf,
    }),
  }),
});

const RefreshRejection = builder.enumType('RefreshRejection', {
  description: 'Why a refresh token is not valid any more.',
  values: {
    LOGGED_OUT: { description: 'The customer has logged out of this session a moment ago.' },
    REJECTED: {
      description:
        'Okta does not accept it: expired, revoked, used twice, or unknown. Okta gives the same answer for all of these.',
    },
  },
});

builder.objectType(RefreshTokenRejected, {
  name: 'RefreshTokenRejected',
  interfaces,
  description: 'The session has ended: log in again. The only error that ends a session.',
  fields: (t) => ({
    reason: t.expose('reason', {
      type: RefreshRejection,
      description: 'Why the token is no longer valid, as far as it is known.',
    }),
  }),
});

builder.objectType(ResetTokenInvalid, {
  name: 'ResetTokenInvalid',
  interfaces,
  description:
    'The reset token, or the transaction that was sent in its place, is unknown, used or expired: call `requestPasswordReset` for another mail.',
});

builder.objectType(TransactionInvalid, {
  name: 'TransactionInvalid',
  interfaces,
  description:
    'The transaction is unknown, used, expired, of another step or caller, or was tried too often: start again with the mutation that returned it, usually `logIn`.',
});

const RateLimitScope = builder.enumType('RateLimitScope', {
  description: 'Whose limit was reached.',
  values: {
    CLIENT: {
      description:
        'Of this API, for the address of the customer: too many wrong tries or costly requests came from there. Other customers are not affected.',
    },
    ACCOUNT: {
      description:
        'Of this API, for the account, address or refresh token that was sent, whether it exists or not.',
    },
    CALLER: {
      description:
        'Of this API, for all requests of the calling service: more of them fail than mistakes of customers can explain.',
    },
    TRANSACTION: {
      description:
        'Of this API, for the messages of one log-in: at most five, with a pause after each. Another log-in may send again.',
    },
    UPSTREAM: { description: 'A limit of the Okta org.' },
  } satisfies Record<RateLimited['scope'], { description: string }>,
});

builder.objectType(RateLimited, {
  name: 'RateLimited',
  interfaces,
  description:
    'Too many requests: nothing was done. Try again after `retryAfterSeconds`; sessions are unaffected.',
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
    'Okta could not be reached or did not give a usable answer. Keep the session and try again later.',
});
