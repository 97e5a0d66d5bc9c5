import { AccountLocked, TransactionInvalid, ValidationFailed } from '../../identity/errors.ts';
import {
  FactorNotAllowed,
  FactorNotFound,
  MfaCodeInvalid,
  MfaRejected,
} from '../../identity/mfa-errors.ts';
import type { OktaFailure } from '../wire/answer.ts';
import type { OktaEndpoint } from '../wire/endpoints.ts';
import { logInDenied } from './log-in-denial.ts';
import type { Rule } from './rule.ts';

/** Internal to the adapter: the password is correct, and a second factor is required. */
export class MfaRequired extends Error {
  readonly mfaToken: string;
  constructor(mfaToken: string) {
    super();
    this.mfaToken = mfaToken;
  }
}

/** Internal to the adapter: the push was not answered yet. */
export class ChallengePending extends Error {
  /** Okta asks for longer polling intervals. */
  readonly slowDown: boolean;
  constructor(slowDown: boolean) {
    super();
    this.slowDown = slowDown;
  }
}

/** Okta's transaction is in another state: an earlier challenge may have to be cancelled first. */
export class WrongStep extends TransactionInvalid {}

const directGrants: readonly OktaEndpoint[] = ['challenge', 'token/mfa-otp', 'token/mfa-oob'];
const authnFactors: readonly OktaEndpoint[] = [
  'authn/factors/verify',
  'authn/factors/enroll',
  'authn/factors/activate',
  'authn/previous',
  'authn/skip',
];
const enrollments: readonly OktaEndpoint[] = ['authn/factors/enroll', 'users/factors/enroll'];
const activations: readonly OktaEndpoint[] = ['authn/factors/activate', 'users/factors/activate'];

export const mfaRules: readonly Rule[] = [
  { at: directGrants, codes: ['authorization_pending'], error: () => new ChallengePending(false) },
  { at: directGrants, codes: ['slow_down'], error: () => new ChallengePending(true) },
  {
    at: directGrants,
    codes: ['access_denied', 'invalid_grant'],
    says: /^\W*oob_code\W+has expired/i,
    error: () => new MfaRejected('EXPIRED'),
  },
  {
    at: directGrants,
    codes: ['access_denied', 'invalid_grant'],
    says: /has expired/i,
    error: () => new TransactionInvalid(),
  },
  {
    at: directGrants,
    codes: ['access_denied'],
    says: /authenticator can(?:no|')t be used/i,
    error: () => new FactorNotAllowed(),
  },
  {
    at: ['token/mfa-oob'],
    codes: ['invalid_grant'],
    says: /reject/i,
    error: () => new MfaRejected('DENIED'),
  },
  {
    at: ['token/mfa-otp', 'token/mfa-oob'],
    codes: ['invalid_grant'],
    error: () => new MfaCodeInvalid(),
  },
  {
    at: directGrants,
    codes: ['access_denied', 'mfa_required'],
    error: logInDenied,
  },

  {
    at: ['authn/factors/verify', ...activations],
    codes: ['E0000068', 'E0000082', 'E0000083'],
    error: () => new MfaCodeInvalid(),
  },
  {
    at: ['authn/factors/verify'],
    codes: ['E0000073'],
    error: () => new MfaRejected('DENIED'),
  },
  {
    at: ['authn/factors/verify', 'authn/factors/enroll', 'authn/previous'],
    codes: ['E0000079'],
    error: () => new WrongStep(),
  },
  {
    at: authnFactors,
    codes: ['E0000004', 'E0000011', 'E0000079'],
    error: () => new TransactionInvalid(),
  },
  { at: authnFactors, codes: ['E0000069', 'E0000119'], error: () => new AccountLocked() },
  { at: authnFactors, codes: ['E0000085'], error: logInDenied },

  { at: enrollments, codes: ['E0000098'], error: phoneNumberMalformed },
  {
    at: enrollments,
    codes: ['E0000001'],
    says: /^phoneNumber\b|invalid phone|phone number (?:is )?invalid/im,
    error: phoneNumberMalformed,
  },
  {
    at: [...enrollments, ...activations, 'users/factors/remove'],
    codes: ['E0000001', 'E0000016', 'E0000038'],
    error: () => new FactorNotAllowed(),
  },
  {
    at: ['authn/factors/verify', ...activations, 'users/factors/remove'],
    codes: ['E0000007'],
    error: () => new FactorNotFound(),
  },
];

function phoneNumberMalformed(): ValidationFailed {
  return new ValidationFailed([{ field: 'phoneNumber', problem: 'MALFORMED' }]);
}

/** Okta's minimum time between two messages, by its documentation; the answer does not state it. */
const messagePauses: ReadonlyMap<string | null, number> = new Map([
  ['E0000109', 30],
  ['E0000133', 30],
  ['E0000118', 5],
]);

/** Whole seconds until calls are allowed again after a 429. */
export function waitAfter({ endpoint, code, retryAfterSeconds }: OktaFailure): number {
  // Direct authentication has no error code for it, and calls this endpoint for text messages and pushes.
  const pause = endpoint === 'challenge' ? messagePauses.get('E0000109') : messagePauses.get(code);
  return Math.max(retryAfterSeconds, pause ?? 1);
}
