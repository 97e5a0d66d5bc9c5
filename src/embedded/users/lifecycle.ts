import { logOfUser } from '../events/account-events.ts';
import type { EventType } from '../events/catalogue.ts';
import { endSessions } from '../events/end-sessions.ts';
import type { ErrorCode } from '../http/error-catalogue.ts';
import { ApiError } from '../http/responses.ts';
import { activationUrl, issueMailToken, sendMail } from '../mail.ts';
import type { Org } from '../org.ts';
import type { UserEntity, UserStatus } from '../store/entities.ts';
import { temporaryPassword } from '../store/passwords.ts';
import { endSessionsOfUser, removeFactorsOfUser, revokeGrantsOfUser } from '../store/store.ts';
import { moveTo, replacePassword } from './sign-in-checks.ts';
import { userJson } from './user-json.ts';

interface Operation {
  /** Statuses to start from; null for all except DEPROVISIONED. */
  readonly from: readonly UserStatus[] | null;
  /** The answer in any other status. */
  readonly refusal: ErrorCode;
  readonly run: (org: Org, user: UserEntity, query: Query) => Promise<object> | object;
}

type Query = Readonly<Record<string, string>>;

const signsIn: readonly UserStatus[] = ['ACTIVE', 'PASSWORD_EXPIRED'];

/** `POST /api/v1/users/{id}/lifecycle/{name}` */
const operations: Readonly<Record<string, Operation>> = {
  activate: { from: ['STAGED', 'DEPROVISIONED'], refusal: 'E0000016', run: activate },
  reactivate: { from: ['PROVISIONED', 'RECOVERY'], refusal: 'E0000038', run: reactivate },
  deactivate: {
    from: null,
    refusal: 'E0000038',
    run: (org, user) => {
      deactivate(org, user);
      return {};
    },
  },
  suspend: { from: ['ACTIVE'], refusal: 'E0000001', run: suspend },
  unsuspend: {
    from: ['SUSPENDED'],
    refusal: 'E0000001',
    run: (org, user) => toActive(org, user, 'user.lifecycle.unsuspend'),
  },
  unlock: {
    from: ['LOCKED_OUT'],
    refusal: 'E0000032',
    run: (org, user) => toActive(org, user, 'user.account.unlock_by_admin'),
  },
  expire_password: { from: signsIn, refusal: 'E0000038', run: expirePassword },
  expire_password_with_temp_password: {
    from: signsIn,
    refusal: 'E0000038',
    run: expireWithTemporaryPassword,
  },
  reset_password: {
    from: [...signsIn, 'LOCKED_OUT', 'RECOVERY', 'PROVISIONED'],
    refusal: 'E0000017',
    run: resetPassword,
  },
  reset_factors: {
    from: null,
    refusal: 'E0000038',
    run: (org, user) => {
      removeFactorsOfUser(org.store, user.id);
      logOfUser(org, 'user.mfa.factor.reset_all', user);
      return {};
    },
  },
};

/** @returns the answer's body. @throws ApiError for an unknown operation and a wrong status */
export async function runLifecycle(
  org: Org,
  user: UserEntity,
  { name, query }: { readonly name: string; readonly query: Query },
): Promise<object> {
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) throw new ApiError('E0000008');
  const allowed = operation.from?.includes(user.status) ?? user.status !== 'DEPROVISIONED';
  if (!allowed) throw refusal(operation.refusal, name);
  return await operation.run(org, user, query);
}

function refusal(code: ErrorCode, name: string): ApiError {
  if (code === 'E0000032') return new ApiError(code, { causes: ['The user is not locked out.'] });
  if (code !== 'E0000001') return new ApiError(code);
  const cause = `Cannot ${name} a user that is not ${name === 'suspend' ? 'active' : 'suspended'}`;
  return new ApiError(code, { about: cause, causes: [cause] });
}

function activate(org: Org, user: UserEntity, query: Query): object {
  moveTo(org, user, user.password === null ? 'PROVISIONED' : 'ACTIVE');
  user.activated = org.now();
  logOfUser(org, 'user.lifecycle.activate', user);
  return activation(org, user, query['sendEmail'] !== 'false');
}

function reactivate(org: Org, user: UserEntity, query: Query): object {
  logOfUser(org, 'user.lifecycle.reactivate', user);
  return activation(org, user, query['sendEmail'] === 'true');
}

function activation(org: Org, user: UserEntity, byMail: boolean): object {
  if (byMail) {
    sendMail(org, user, 'ACTIVATION');
    return {};
  }
  const activationToken = issueMailToken(org, user, 'ACTIVATION');
  return { activationUrl: activationUrl(org, activationToken), activationToken };
}

/** Keeps the profile and id; removes password, sessions, tokens and assignments. */
export function deactivate(org: Org, user: UserEntity): void {
  moveTo(org, user, 'DEPROVISIONED');
  user.password = null;
  endSessionsOfUser(org.store, user.id);
  revokeGrantsOfUser(org.store, user.id);
  logOfUser(org, 'user.lifecycle.deactivate', user);
}

function suspend(org: Org, user: UserEntity): object {
  moveTo(org, user, 'SUSPENDED');
  endSessionsOfUser(org.store, user.id);
  logOfUser(org, 'user.lifecycle.suspend', user);
  return {};
}

function toActive(org: Org, user: UserEntity, type: EventType): object {
  user.failedAttempts = 0;
  moveTo(org, user, 'ACTIVE');
  logOfUser(org, type, user);
  return {};
}

function expirePassword(org: Org, user: UserEntity): object {
  moveTo(org, user, 'PASSWORD_EXPIRED');
  logOfUser(org, 'user.account.expire_password', user);
  return userJson(org, user);
}

async function expireWithTemporaryPassword(
  org: Org,
  user: UserEntity,
  query: Query,
): Promise<object> {
  const tempPassword = temporaryPassword();
  await replacePassword(org, user, tempPassword);
  moveTo(org, user, 'PASSWORD_EXPIRED');
  logOfUser(org, 'user.account.reset_password', user);
  if (query['revokeSessions'] === 'true') endSessions(org, user);
  return { tempPassword };
}

/** Until the link is used, the user can neither sign in nor request another reset. */
function resetPassword(org: Org, user: UserEntity, query: Query): object {
  const { sendEmail } = query;
  if (sendEmail === undefined) throw new ApiError('E0000028');
  moveTo(org, user, 'RECOVERY');
  logOfUser(org, 'user.account.reset_password', user);
  if (query['revokeSessions'] === 'true') endSessions(org, user);
  if (sendEmail === 'true') {
    sendMail(org, user, 'PASSWORD_RESET');
    return {};
  }
  const token = issueMailToken(org, user, 'PASSWORD_RECOVERY');
  return { resetPasswordUrl: `${org.url()}/reset_password/${token}` };
}
