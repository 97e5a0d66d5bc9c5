import { logByUser } from '../events/account-events.ts';
import { requireRightCode } from '../factors/check.ts';
import { enrollFactor } from '../factors/enroll.ts';
import { activate, amrOf } from '../factors/policy.ts';
import { isSent, sendCode } from '../factors/sent-codes.ts';
import { ApiError, notFound } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { FactorEntity } from '../store/factor-entities.ts';
import { mayBeSkipped } from './mfa-states.ts';
import { continueSignIn } from './next-step.ts';
import { closeTransaction, findTransaction, requireStep, transactionJson } from './transactions.ts';

type Body = Readonly<Record<string, unknown>>;
type Json = Record<string, unknown>;

/** `POST /api/v1/authn/factors` */
export function enroll(org: Org, body: Body): Json {
  const { transaction, user } = findTransaction(org, body['stateToken']);
  requireStep(transaction, 'factors');
  transaction.factorId = enrollFactor(org, user, body).id;
  transaction.status = 'MFA_ENROLL_ACTIVATE';
  return transactionJson(org, transaction, user);
}

/** `POST /api/v1/authn/factors/{id}/lifecycle/activate`: the first code, which also signs in. */
export function activateFactor(org: Org, factorId: string, body: Body): Json {
  const { transaction, user } = findTransaction(org, body['stateToken']);
  requireStep(transaction, 'factors/{id}/lifecycle/activate');
  const factor = enrolledFactor(org, factorId, transaction.factorId);
  requireRightCode(org, factor, body['passCode']);
  activate(org, factor);
  logByUser(org, 'user.mfa.factor.activate', user, { debugData: { factor: factor.type } });
  transaction.amr = [...new Set([...transaction.amr, amrOf[factor.type], 'mfa'])];
  transaction.factorId = null;
  if (transaction.enrollMore) {
    transaction.status = 'MFA_ENROLL';
    return transactionJson(org, transaction, user);
  }
  closeTransaction(org, transaction);
  return continueSignIn(org, user, transaction);
}

/** `POST /api/v1/authn/factors/{id}/lifecycle/resend` */
export function resendActivation(org: Org, factorId: string, body: Body): Json {
  const { transaction, user } = findTransaction(org, body['stateToken']);
  requireStep(transaction, 'factors/{id}/lifecycle/resend');
  const factor = enrolledFactor(org, factorId, transaction.factorId);
  if (!isSent(factor)) throw new ApiError('E0000079');
  sendCode(org, factor);
  return transactionJson(org, transaction, user);
}

function enrolledFactor(org: Org, factorId: string, enrolled: string | null): FactorEntity {
  const factor = org.store.factors.get(factorId);
  if (factor === undefined || factorId !== enrolled) throw notFound(factorId, 'UserFactor');
  return factor;
}

/** `POST /api/v1/authn/skip`: no further factors. */
export function skip(org: Org, body: Body): Json {
  const { transaction, user } = findTransaction(org, body['stateToken']);
  requireStep(transaction, 'skip');
  if (!mayBeSkipped(transaction)) throw new ApiError('E0000079');
  closeTransaction(org, transaction);
  return continueSignIn(org, user, transaction);
}
