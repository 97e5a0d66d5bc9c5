import { requiresEnrolment, requiresFactor } from '../factors/policy.ts';
import { ApiError } from '../http/responses.ts';
import { type Org, personOf } from '../org.ts';
import { demandOfOrg } from '../settings/sign-on.ts';
import type { AuthnTransactionEntity, UserEntity } from '../store/entities.ts';
import { openTransaction, successJson, transactionJson } from './transactions.ts';

/** A sign-in so far. */
export type SignInSoFar = Pick<AuthnTransactionEntity, 'relayState' | 'amr' | 'enrollMore'>;

/**
 * The next requirement before a session token: a second factor, then a new password if it has expired,
 * then the enrolment of a factor that the policy requires, or none.
 */
export function continueSignIn(
  org: Org,
  user: UserEntity,
  soFar: SignInSoFar,
): Record<string, unknown> {
  const status = nextStatus(org, user, soFar);
  if (status === 'SUCCESS') return successJson(org, user, soFar);
  const { relayState, amr, enrollMore } = soFar;
  const start = { status, recoveryType: null, relayState, amr, enrollMore } as const;
  return transactionJson(org, openTransaction(org, user, start), user);
}

function nextStatus(org: Org, user: UserEntity, { amr }: SignInSoFar) {
  if (demandOfOrg(org.store.resources, personOf(org, user)) === 'DENIED')
    throw new ApiError('E0000085');
  const verified = amr.includes('mfa');
  if (!verified && requiresFactor(org, user)) return 'MFA_REQUIRED';
  if (user.status === 'PASSWORD_EXPIRED') return 'PASSWORD_EXPIRED';
  return !verified && requiresEnrolment(org, user) ? 'MFA_ENROLL' : 'SUCCESS';
}
