import { checkCode } from '../../factors/check.ts';
import { pushResult } from '../../factors/push.ts';
import { OAuthError } from '../../http/responses.ts';
import type { FactorEntity, OutOfBandEntity } from '../../store/factor-entities.ts';
import {
  checkSameScopes,
  completeMfa,
  expired,
  findMfaToken,
  mfaOob,
  noSuchAuthenticator,
  type PendingMfa,
  wrongOtp,
} from '../mfa.ts';
import { type GrantRequest, required, type TokenAnswer, tooManyRequests } from '../request.ts';

export const grantType = mfaOob;

/** Seconds between two polls for a push. */
export const pollInterval = 5;

/** The second half of a sign-in by password: what came by the channel that `/challenge` has opened. */
export async function handle(request: GrantRequest): Promise<TokenAnswer> {
  const { org, form } = request;
  const pending = findMfaToken(request);
  checkSameScopes(request, pending);
  const oob = findOutOfBand(request, pending);
  const factor = pending.factors.find(({ id }) => id === oob.factorId);
  if (factor === undefined) throw noSuchAuthenticator();
  if (oob.pushId === null) checkBindingCode(request, factor, required(form, 'binding_code'));
  else checkPush(request, pending, oob);
  org.store.pushes.delete(oob.pushId ?? '');
  return await completeMfa(request, pending, { factor, grantType });
}

function findOutOfBand({ org, form }: GrantRequest, { mfa }: PendingMfa): OutOfBandEntity {
  const code = required(form, 'oob_code');
  const { oob } = mfa;
  if (oob?.code === code && oob.expiresAt > org.now()) return oob;
  const elsewhere = [...org.store.mfaTokens.values()].some((other) => other.oob?.code === code);
  if (oob?.code === code || !elsewhere) throw expired('oob_code');
  throw new OAuthError(
    400,
    'invalid_request',
    "The 'oob_code' and the 'mfa_token' provided are not associated with each other. Review the values and try again.",
  );
}

function checkBindingCode({ org }: GrantRequest, factor: FactorEntity, code: string): void {
  const verdict = checkCode(org, factor, code);
  if (verdict === 'blocked') throw tooManyRequests();
  if (verdict !== 'right') throw wrongOtp();
}

function checkPush({ org }: GrantRequest, { mfa }: PendingMfa, oob: OutOfBandEntity): void {
  const { lastPolledAt } = oob;
  oob.lastPolledAt = org.now();
  const result = pushResult(org, oob.pushId);
  if (result === 'SUCCESS') return;
  if (result === 'WAITING') {
    if (lastPolledAt !== null && org.now() - lastPolledAt < pollInterval * 1000) {
      throw new OAuthError(400, 'slow_down', 'The client polls too often. Keep to the interval.');
    }
    throw new OAuthError(
      400,
      'authorization_pending',
      'No user response received on the out-of-band authenticator yet. Continue polling to wait for a response.',
    );
  }
  mfa.oob = null;
  if (result === 'TIMEOUT') throw expired('oob_code');
  const text = 'User rejected out-of-band authentication prompt.';
  throw new OAuthError(400, 'invalid_grant', text);
}
