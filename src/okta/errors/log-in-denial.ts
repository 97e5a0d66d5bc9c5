import { type LogInDenial, LogInDenied } from '../../identity/errors.ts';
import type { OktaFailure } from '../wire/answer.ts';
import { doctorCodeOf } from './doctor-codes.ts';

/**
 * Okta has few codes for it and many texts (reference/api/error-codes,
 * implement-grant-type/ropassword).
 */
export function logInDenied(failure: OktaFailure): LogInDenied {
  return new LogInDenied(denialOf(failure), doctorCodeOf(failure));
}

function denialOf({ code, text, causes }: OktaFailure): LogInDenial {
  const words = [text, ...causes].join('\n');
  if (code === 'mfa_required' || /\bMFA\b|multi-?factor|re-?authentication/i.test(words)) {
    return 'MFA';
  }
  if (/not assigned/i.test(words)) return 'NOT_ASSIGNED';
  if (/multiple passwords|not configure a password/i.test(words)) {
    return 'NO_PASSWORD';
  }
  return /\bzone/i.test(words) ? 'ZONE' : 'POLICY';
}
