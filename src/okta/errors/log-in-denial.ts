import { LogInDenied } from '../../identity/errors.ts';
import type { OktaFailure } from '../wire/answer.ts';

/**
 * Okta has few codes for it and many texts (reference/api/error-codes,
 * implement-grant-type/ropassword).
 */
export function logInDenied({ code, text, causes }: OktaFailure): LogInDenied {
  const words = [text, ...causes].join('\n');
  if (code === 'mfa_required' || /\bMFA\b|multi-?factor|re-?authentication/i.test(words)) {
    return new LogInDenied('MFA');
  }
  if (/not assigned/i.test(words)) return new LogInDenied('NOT_ASSIGNED');
  if (/multiple passwords|not configure a password/i.test(words)) {
    return new LogInDenied('NO_PASSWORD');
  }
  return new LogInDenied(/\bzone/i.test(words) ? 'ZONE' : 'POLICY');
}
