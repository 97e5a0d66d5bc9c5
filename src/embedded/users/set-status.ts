import { logLock, logOfUser } from '../events/account-events.ts';
import type { EventType } from '../events/catalogue.ts';
import type { SeedUser } from '../handle.ts';
import type { Org } from '../org.ts';
import { passwordPolicyFor } from '../settings/password-policy.ts';
import type { UserEntity } from '../store/entities.ts';
import { endSessionsOfUser, findUser, revokeGrantsOfUser } from '../store/store.ts';

type Status = NonNullable<SeedUser['status']>;

/** Puts a user into a status as an administrator or time would. @throws for an unknown login */
export function setStatus(org: Org, login: string, status: Status): void {
  const user = findUser(org.store, login);
  if (user === null) throw new Error('The embedded Okta org has no user of this login.');
  const type = eventOf(user, status);
  user.status = status;
  user.statusChanged = org.now();
  user.lastUpdated = org.now();
  user.failedAttempts =
    status === 'LOCKED_OUT' ? passwordPolicyFor(org.store.resources, user).lockoutMaxAttempts : 0;
  if (status === 'DEPROVISIONED') {
    endSessionsOfUser(org.store, user.id);
    revokeGrantsOfUser(org.store, user.id);
  }
  if (type === 'user.account.lock') logLock(org, user);
  else if (type !== null) logOfUser(org, type, user);
  org.changed();
}

/** The event that Okta logs for the change; null for none. */
function eventOf(user: UserEntity, status: Status): EventType | null {
  if (user.status === status) return null;
  switch (status) {
    case 'ACTIVE':
      if (user.status === 'LOCKED_OUT') return 'user.account.unlock_by_admin';
      return user.status === 'SUSPENDED' ? 'user.lifecycle.unsuspend' : 'user.lifecycle.activate';
    case 'SUSPENDED':
      return 'user.lifecycle.suspend';
    case 'DEPROVISIONED':
      return 'user.lifecycle.deactivate';
    case 'LOCKED_OUT':
      return 'user.account.lock';
    case 'PASSWORD_EXPIRED':
      return 'user.account.expire_password';
    case 'RECOVERY':
      return 'user.account.reset_password';
    default:
      return null;
  }
}
