import { logByUser } from '../events/account-events.ts';
import { requireRightCode } from '../factors/check.ts';
import { activeFactors, amrOf } from '../factors/policy.ts';
import { pushResult, sendPush } from '../factors/push.ts';
import { isSent, sendCode } from '../factors/sent-codes.ts';
import { ApiError, notFound } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { AuthnTransactionEntity, UserEntity } from '../store/entities.ts';
import type { FactorEntity } from '../store/factor-entities.ts';
import { continueSignIn } from './next-step.ts';
import { closeTransaction, findTransaction, requireStep, transactionJson } from './transactions.ts';

type Body = Readonly<Record<string, unknown>>;
type Json = Record<string, unknown>;

interface Verification {
  readonly transaction: AuthnTransactionEntity;
  readonly user: UserEntity;
  readonly factor: FactorEntity;
}

/**
 * `POST /api/v1/authn/factors/{id}/verify`: sends a challenge, or checks the given code; for a
 * pending push it returns the result.
 */
export function verify(org: Org, factorId: string, body: Body): Json {
  const { transaction, user } = findTransaction(org, body['stateToken']);
  requireStep(transaction, 'factors/{id}/verify');
  const verification = { transaction, user, factor: activeFactor(org, user, factorId) };
  const { factor } = verification;
  if (factor.type === 'push') return verifyPush(org, verification);
  const { passCode } = body;
  if (isSent(factor) && (passCode === undefined || passCode === '')) {
    return challenge(org, verification);
  }
  requireRightCode(org, factor, passCode);
  return succeed(org, verification);
}

/** `POST /api/v1/authn/factors/{id}/verify/resend` */
export function resend(org: Org, factorId: string, body: Body): Json {
  const { transaction, user } = findTransaction(org, body['stateToken']);
  requireStep(transaction, 'factors/{id}/verify/resend');
  if (transaction.factorId !== factorId) throw new ApiError('E0000079');
  return challenge(org, { transaction, user, factor: activeFactor(org, user, factorId) });
}

function activeFactor(org: Org, user: UserEntity, factorId: string): FactorEntity {
  const factor = activeFactors(org, user).find(({ id }) => id === factorId);
  if (factor === undefined) throw notFound(factorId, 'UserFactor');
  return factor;
}

function challenge(org: Org, { transaction, user, factor }: Verification): Json {
  if (isSent(factor)) sendCode(org, factor);
  // The phone shows only the newest push.
  org.store.pushes.delete(transaction.pushId ?? '');
  const isPush = factor.type === 'push';
  transaction.status = 'MFA_CHALLENGE';
  transaction.factorId = factor.id;
  transaction.factorResult = isPush ? 'WAITING' : 'CHALLENGE';
  transaction.pushId = isPush ? sendPush(org, factor, factor.numberMatching).id : null;
  return transactionJson(org, transaction, user);
}

function verifyPush(org: Org, verification: Verification): Json {
  const { transaction, user, factor } = verification;
  const isOut = transaction.factorId === factor.id && transaction.factorResult === 'WAITING';
  if (!isOut) return challenge(org, verification);
  const result = pushResult(org, transaction.pushId);
  if (result === 'SUCCESS') return succeed(org, verification);
  transaction.factorResult = result;
  return transactionJson(org, transaction, user);
}

function succeed(org: Org, { transaction, user, factor }: Verification): Json {
  closeTransaction(org, transaction);
  org.store.pushes.delete(transaction.pushId ?? '');
  if (user.status !== 'ACTIVE' && user.status !== 'PASSWORD_EXPIRED') {
    throw new ApiError('E0000011');
  }
  logByUser(org, 'user.authentication.auth_via_mfa', user, { debugData: { factor: factor.type } });
  const amr = [...new Set([...transaction.amr, amrOf[factor.type], 'mfa'])];
  return continueSignIn(org, user, { ...transaction, amr });
}

/** `POST /api/v1/authn/previous`: returns to the choice of a factor. */
export function goBack(org: Org, body: Body): Json {
  const { transaction, user } = findTransaction(org, body['stateToken']);
  requireStep(transaction, 'previous');
  if (transaction.status === 'MFA_ENROLL_ACTIVATE') {
    org.store.factors.delete(transaction.factorId ?? '');
    transaction.status = 'MFA_ENROLL';
  } else {
    org.store.pushes.delete(transaction.pushId ?? '');
    transaction.status = 'MFA_REQUIRED';
  }
  transaction.factorId = null;
  transaction.factorResult = null;
  transaction.pushId = null;
  return transactionJson(org, transaction, user);
}
