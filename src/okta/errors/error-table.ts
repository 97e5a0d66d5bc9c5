import {
  AccountLocked,
  InvalidCredentials,
  LogInDenied,
  PasswordRejected,
  ProviderMisconfigured,
  RateLimited,
  RefreshTokenRejected,
  ResetTokenInvalid,
  TransactionInvalid,
  UpstreamUnavailable,
  VerificationTokenInvalid,
} from '../../identity/errors.ts';
import { SessionNotFound } from '../../identity/own-account-errors.ts';
import type { OktaFailure } from '../wire/answer.ts';
import { NoAnswer } from '../wire/no-answer.ts';
import { doctorCodeOf } from './doctor-codes.ts';
import { DpopRefused, dpopHint, isAboutDpop } from './dpop-refused.ts';
import { logInDenied } from './log-in-denial.ts';
import { MfaRequired, mfaRules, waitAfter } from './mfa-errors.ts';
import { myAccountRules } from './my-account-errors.ts';
import { isOldPasswordWrong, passwordRejected } from './password-rejection.ts';
import { profileRefused } from './profile-rejection.ts';
import type { Rule } from './rule.ts';

/** Internal to the adapter: the password grant was refused because the password has expired. */
export class PasswordExpired extends Error {}

/** Internal to the adapter, since no caller may learn why an account gets no mail. */
export class RecoveryRefused extends Error {
  /** Okta's error code. */
  readonly code: string;
  /** The refusal concerns this account or moment only, not the policy. */
  readonly isOrdinary: boolean;
  constructor({ code, causes }: Pick<OktaFailure, 'code' | 'causes'>) {
    super();
    this.code = code ?? 'other';
    const isUnlocked = causes.some((cause) => /not locked/i.test(cause));
    this.isOrdinary = isUnlocked || !policyRefusals.includes(this.code);
  }
}

/** The password policy does not allow the recovery or unlock. */
const policyRefusals: readonly string[] = ['E0000032', 'E0000034'];

/** Internal to the adapter: for callers, an account that does not exist is no error. */
export class UserNotFound extends Error {}

const changePassword = 'authn/credentials/change_password';
const changeOwnPassword = 'users/credentials/change_password';
const resetPassword = 'authn/credentials/reset_password';
const recoveryToken = 'authn/recovery/token';

/** Okta's texts for a correct password that is not sufficient (implement-grant-type/ropassword). */
const policyDenies = /\bMFA\b|policy|multiple passwords|not configure a password/i;

/** The first matching rule decides. An error without a rule is a fault of the configuration. */
const rules: readonly Rule[] = [
  // An access policy of the authorization server that is missing or too narrow hits every customer.
  { codes: ['access_denied'], says: /policy evaluation|scopes/i, error: misconfigured },
  { codes: ['server_error', 'temporarily_unavailable'], error: unavailable },

  ...mfaRules,
  ...myAccountRules,

  {
    at: ['token/password'],
    codes: ['invalid_grant'],
    says: /password has expired/i,
    error: () => new PasswordExpired(),
  },
  { at: ['token/password'], codes: ['invalid_grant'], says: policyDenies, error: logInDenied },
  { at: ['token/password'], codes: ['invalid_grant'], error: () => new InvalidCredentials() },
  { at: ['token/password'], codes: ['mfa_required'], error: mfaRequired },
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
  // The session token or code is seconds old, so it is Okta's fault if Okta does not know it.
  { at: ['authorize'], codes: ['login_required'], error: unavailable },
  { at: ['token/authorization_code'], codes: ['invalid_grant'], error: unavailable },

  {
    at: ['token/refresh_token'],
    codes: ['invalid_grant'],
    error: () => new RefreshTokenRejected('REJECTED'),
  },
  // Not for every access_denied: a network zone that excludes this server must not log customers out.
  {
    at: ['token/refresh_token'],
    codes: ['access_denied'],
    says: /not assigned/i,
    error: () => new RefreshTokenRejected('REJECTED'),
  },

  // E0000001: no account has a user name or password that Okta finds malformed.
  {
    at: ['authn'],
    codes: ['E0000004', 'E0000207', 'E0000001'],
    error: () => new InvalidCredentials(),
  },
  { at: ['authn'], codes: ['E0000064', 'E0000085', 'E0000259'], error: logInDenied },
  // The status of the account allows no log-in; Okta does not name the status.
  { at: ['authn'], codes: ['E0000079'], error: () => new LogInDenied('STATE') },
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
  // The password was correct a moment ago, so it is too recent to be changed.
  {
    at: [changeOwnPassword],
    codes: ['E0000035'],
    error: () => new PasswordRejected(['CHANGED_TOO_RECENTLY']),
  },
  {
    at: [changePassword, changeOwnPassword],
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
    at: [changePassword, changeOwnPassword, resetPassword],
    codes: ['E0000001', 'E0000014', 'E0000080', 'E0000259'],
    error: newPasswordRejected,
  },

  {
    at: ['authn/activation'],
    codes: ['E0000001', 'E0000004', 'E0000011', 'E0000017', 'E0000079', 'E0000105'],
    error: () => new VerificationTokenInvalid(),
  },

  // E0000118 says that a mail was just sent, so only a known account gets it.
  {
    at: ['authn/recovery/password', 'authn/recovery/unlock'],
    codes: ['E0000001', 'E0000017', 'E0000034', 'E0000069', 'E0000095', 'E0000118', 'E0000119'],
    error: (failure) => new RecoveryRefused(failure),
  },
  {
    at: ['authn/recovery/unlock'],
    codes: ['E0000032'],
    error: (failure) => new RecoveryRefused(failure),
  },
  // The status of the account has changed since it was read.
  {
    at: ['users/activate', 'users/reactivate', 'users/reset_password'],
    codes: ['E0000007', 'E0000016', 'E0000017', 'E0000038', 'E0000112'],
    error: (failure) => new RecoveryRefused(failure),
  },

  { at: ['users/get', 'users/delete'], codes: ['E0000007'], error: () => new UserNotFound() },

  { at: ['users/create', 'users/update'], codes: ['E0000001'], error: profileRefused },
  {
    at: ['users/clients/tokens/list', 'users/clients/tokens/revoke'],
    codes: ['E0000007'],
    error: () => new SessionNotFound(),
  },
];

/** The only place that turns Okta's errors into domain errors. */
export function toError(failure: OktaFailure): Error {
  if (failure.status === 429 && !isAboutMail(failure))
    return new RateLimited('UPSTREAM', waitAfter(failure));
  if (failure.status >= 500 || failure.code === null) return unavailable(failure);
  const rule = rules.find((candidate) => matches(candidate, failure));
  return rule === undefined ? misconfigured(failure) : rule.error(failure);
}

/** For the operator's log: with Okta's text, and without caller input. */
export function misconfigured(failure: OktaFailure): ProviderMisconfigured {
  const { endpoint, code, scope } = failure;
  const text = failure.text.replaceAll(/\S+@\S+/g, '…').slice(0, 300);
  const hint = isAboutDpop(code) ? dpopHint(failure) : scope && `needs the scope ${scope}`;
  const whole = `${endpoint}: ${code} ${text}`.trim();
  const detail = hint ? `${whole} (${hint})` : whole;
  const doctor = doctorCodeOf(failure);
  return isAboutDpop(code)
    ? new DpopRefused(code, detail, doctor)
    : new ProviderMisconfigured(detail, doctor);
}

/** Okta sends this only for a known account, so callers must not be able to distinguish it. */
function isAboutMail({ code, endpoint }: OktaFailure): boolean {
  return code === 'E0000118' && endpoint.startsWith('authn/recovery/');
}

function matches(rule: Rule, failure: OktaFailure): boolean {
  if (failure.code === null || !rule.codes.includes(failure.code)) return false;
  if (rule.at !== undefined && !rule.at.includes(failure.endpoint)) return false;
  return rule.says === undefined || rule.says.test([failure.text, ...failure.causes].join('\n'));
}

function unavailable(failure: OktaFailure): UpstreamUnavailable {
  const { endpoint, status, code } = failure;
  const text = `${endpoint}: HTTP ${status} ${code ?? 'without an error code'}`;
  return new UpstreamUnavailable({ cause: new NoAnswer(`HTTP_${status}`, text) });
}

function mfaRequired(failure: OktaFailure): Error {
  return failure.mfaToken === undefined ? logInDenied(failure) : new MfaRequired(failure.mfaToken);
}

function newPasswordRejected(failure: OktaFailure): Error {
  return passwordRejected(failure.causes.length > 0 ? failure.causes : [failure.text]);
}
