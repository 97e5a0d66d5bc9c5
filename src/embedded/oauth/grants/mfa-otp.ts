import { verifyCode } from '../../factors/check.ts';
import {
  checkSameScopes,
  completeMfa,
  findMfaToken,
  mfaOtp,
  noSuchAuthenticator,
  wrongOtp,
} from '../mfa.ts';
import { type GrantRequest, type TokenAnswer, tooManyRequests } from '../request.ts';

export const grantType = mfaOtp;

/** The second half of a sign-in by password: a code of one of the user's authenticator apps. */
export async function handle(request: GrantRequest): Promise<TokenAnswer> {
  const { limits } = request.org;
  const pending = findMfaToken(request);
  checkSameScopes(request, pending);
  const apps = pending.factors.filter(({ type }) => type === 'token:software:totp');
  if (apps.length === 0) throw noSuchAuthenticator();
  const code = request.form.get('otp') ?? '';
  // One try, however many apps it may be of.
  if (!limits.allowCode(pending.user.id)) throw tooManyRequests();
  const factor = apps.find((app) => verifyCode(request.org, app, code) === 'right');
  if (factor === undefined) throw wrongOtp();
  limits.forgiveCodes(pending.user.id);
  return await completeMfa(request, pending, { factor, grantType });
}
