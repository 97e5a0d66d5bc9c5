import {
  AccountLocked,
  InvalidCredentials,
  LogInDenied,
  ProviderMisconfigured,
  RateLimited,
  RefreshTokenRejected,
  ResetTokenInvalid,
  TransactionInvalid,
  UpstreamUnavailable,
} from '../identity/errors.ts';
import type { OktaEndpoint } from './call.ts';
import type { OktaFailure } from './failure.ts';
import { isOldPasswordWrong, passwordRejected } from './password-policy.ts';
import { signUpRefused } from './sign-up-errors.ts';

/** Never leaves this folder: a refused password grant that goes on with a change of the password. */
export class PasswordExpired extends Error {}

/** Never leaves this folder: nobody is told why an account gets no reset mail. */
export class RecoveryRefused extends Error {}

interface Rule {
  /** Default: at every endpoint. */
  readonly at?: readonly OktaEndpoint[];
  readonly codes: readonly string[];
  /** Matched loosely, since Okta rewords and localises: a text only ever makes an error finer. */
  readonly says?: RegExp;
  readonly error: (failure: OktaFailure) => Error;
}

const changePassword = 'authn/credentials/change_password';
const resetPassword = 'authn/credentials/reset_password';
const recoveryToken = 'authn/recovery/token';

/** How Okta words that the password is right and still does not suffice (implement-grant-type/ropassword). */
const policyDenies = /\bMFA\b|policy|multiple passwords|not configure a password/i;

/** The first rule that fits decides. What no rule knows is a fault of our own set-up. */
const rules: readonly Rule[] = [
  // An access policy of the authorization server that is missing or too narrow hits every customer.
  { codes: ['access_denied'], says: /policy evaluation|scopes/i, error: misconfigured },
  { codes: ['server_error', 'temporarily_unavailable'], error: unavailable },

  {
    at: ['token/password'],
    codes: ['invalid_grant'],
    says: /password has expired/i,
    error: () => new PasswordExpired(),
  },
  { at: ['token/password'], codes: ['invalid_grant'], says: policyDenies, error: logInDenied },
  { at: ['token/password'], codes: ['invalid_grant'], error: () => new InvalidCredentials() },
  {
    at: ['token/password', 'token/authorization_code', 'authorize'],
    codes: ['access_denied', 'mfa_required'],
    error: logInDenied,
  },
  {
    at: ['authorize'],
    codes: ['login_required'],
    says: /re-?authentication|\bMFA\b/i,
    error: logInDenied,
  },
  // The session token or code is seconds old: if Okta does not know it, that is Okta's to mend.
  { at: ['authorize'], codes: ['login_required'], error: unavailable },
  { at: ['token/authorization_code'], codes: ['invalid_grant'], error: unavailable },

  {
    at: ['token/refresh_token'],
    codes: ['invalid_grant'],
    error: () => new RefreshTokenRejected(),
  },
  // Not for every access_denied: a network zone that keeps this server out must log nobody out.
  {
    at: ['token/refresh_token'],
    codes: ['access_denied'],
    says: /not assigned/i,
    error: () => new RefreshTokenRejected(),
  },

  // E0000001: what Okta finds malformed is nobody's user name or password.
  {
    at: ['authn'],
    codes: ['E0000004', 'E0000207', 'E0000001'],
    error: () => new InvalidCredentials(),
  },
  { at: ['authn'], codes: ['E0000064', 'E0000085', 'E0000259'], error: logInDenied },
  {
    at: ['authn', changePassword, recoveryToken, resetPassword],
    codes: ['E0000069', 'E0000119'],
    error: () => new AccountLocked(),
  },

  {
    at: [changePassword],
    codes: ['E0000004', 'E0000011', 'E0000079'],
    error: () => new TransactionInvalid(),
  },
  { at: [changePassword], codes: ['E0000035', 'E0000085'], error: logInDenied },
  {
    at: [changePassword],
    codes: ['E0000014'],
    error: (failure) =>
      isOldPasswordWrong(failure.causes) ? new InvalidCredentials() : newPasswordRejected(failure),
  },
  {
    at: [recoveryToken, resetPassword],
    codes: ['E0000004', 'E0000011', 'E0000017', 'E0000068', 'E0000079', 'E0000105'],
    error: () => new ResetTokenInvalid(),
  },
  { at: [recoveryToken], codes: ['E0000001'], error: () => new ResetTokenInvalid() },
  {
    at: [changePassword, resetPassword],
    codes: ['E0000001', 'E0000014', 'E0000080', 'E0000259'],
    error: newPasswordRejected,
  },

  // E0000118 says that a mail has just gone out, so it is the answer of a known account alone.
  {
    at: ['authn/recovery/password'],
    codes: ['E0000001', 'E0000017', 'E0000034', 'E0000069', 'E0000095', 'E0000118', 'E0000119'],
    error: () => new RecoveryRefused(),
  },

  { at: ['users/create'], codes: ['E0000001'], error: signUpRefused },
];

/** The one place that turns what Okta answered into what the domain says of it. */
export function toError(failure: OktaFailure): Error {
  if (failure.status === 429 && failure.code !== 'E0000118')
    return new RateLimited('UPSTREAM', failure.retryAfterSeconds);
  if (failure.status >= 500 || failure.code === null) return unavailable(failure);
  const rule = rules.find((candidate) => fits(candidate, failure));
  return rule === undefined ? misconfigured(failure) : rule.error(failure);
}

/** For the operator's log, so with Okta's own words; without anything that a caller has sent. */
export function misconfigured(failure: OktaFailure): ProviderMisconfigured {
  const text = failure.text.replaceAll(/\S+@\S+/g, '…').slice(0, 300);
  return new ProviderMisconfigured(`${failure.endpoint}: ${failure.code} ${text}`.trim());
}

function fits(rule: Rule, failure: OktaFailure): boolean {
  if (failure.code === null || !rule.codes.includes(failure.code)) return false;
  if (rule.at !== undefined && !rule.at.includes(failure.endpoint)) return false;
  return rule.says === undefined || rule.says.test([failure.text, ...failure.causes].join('\n'));
}

function unavailable(failure: OktaFailure): UpstreamUnavailable {
  const cause = `${failure.endpoint}: HTTP ${failure.status} ${failure.code ?? 'without an error code'}`;
  return new UpstreamUnavailable({ cause: new Error(cause) });
}

function logInDenied(): LogInDenied {
  return new LogInDenied();
}

function newPasswordRejected(failure: OktaFailure): Error {
  return passwordRejected(failure.causes.length > 0 ? failure.causes : [failure.text]);
}
