import { logByUser } from '../events/account-events.ts';
import { endSessions } from '../events/end-sessions.ts';
import { ApiError } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { AuthnTransactionEntity, UserEntity, UserStatus } from '../store/entities.ts';
import { passwordMatches } from '../store/passwords.ts';
import { endPasswordStates, newPasswordProblem, replacePassword } from '../users/sign-in-checks.ts';
import { continueSignIn } from './next-step.ts';
import { closeTransaction, findTransaction, requireStep } from './transactions.ts';

type Body = Readonly<Record<string, unknown>>;
type Json = Record<string, unknown>;

/** `POST /api/v1/authn/credentials/change_password` */
export async function changeExpiredPassword(org: Org, body: Body): Promise<Json> {
  const { transaction, user } = findTransaction(org, body['stateToken']);
  requireStep(transaction, 'credentials/change_password');
  const { oldPassword, newPassword } = body;
  if (typeof oldPassword !== 'string' || typeof newPassword !== 'string') {
    throw new ApiError('E0000003');
  }
  if (!(await passwordMatches(oldPassword, user.password))) {
    throw new ApiError('E0000014', {
      causes: ['oldPassword: The credentials provided were incorrect.'],
    });
  }
  return await finish(org, { transaction, user, newPassword, body });
}

/** `POST /api/v1/authn/credentials/reset_password` */
export async function resetPassword(org: Org, body: Body): Promise<Json> {
  const { transaction, user } = findTransaction(org, body['stateToken']);
  requireStep(transaction, 'credentials/reset_password');
  const { newPassword } = body;
  if (typeof newPassword !== 'string') throw new ApiError('E0000003');
  return await finish(org, { transaction, user, newPassword, body });
}

/** Statuses in which a new password does not allow a sign-in. */
const shut: readonly UserStatus[] = ['SUSPENDED', 'DEPROVISIONED', 'STAGED'];

interface NewPassword {
  readonly transaction: AuthnTransactionEntity;
  readonly user: UserEntity;
  readonly newPassword: string;
  readonly body: Body;
}

async function finish(org: Org, change: NewPassword): Promise<Json> {
  const { transaction, user, newPassword, body } = change;
  const problem = await newPasswordProblem(org, user, newPassword);
  if (problem !== null) throw new ApiError('E0000080', { causes: [problem] });
  if (shut.includes(user.status)) throw new ApiError('E0000011');
  closeTransaction(org, transaction);
  await replacePassword(org, user, newPassword);
  endPasswordStates(org, user);
  const isReset = transaction.recoveryType === 'PASSWORD';
  logByUser(org, isReset ? 'user.account.reset_password' : 'user.account.update_password', user);
  if (body['revokeSessions'] === true) endSessions(org, user);
  return continueSignIn(org, user, transaction);
}
