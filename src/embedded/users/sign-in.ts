import { logFailedSignIn, logLock, logOfUser } from '../events/account-events.ts';
import type { Org } from '../org.ts';
import { passwordPolicyFor } from '../settings/password-policy.ts';
import type { UserEntity, UserStatus } from '../store/entities.ts';
import { passwordMatches } from '../store/passwords.ts';
import { moveTo } from './sign-in-checks.ts';

/**
 * `wrong` covers unknown and inactive users too, so that the answer does not show which usernames
 * exist.
 */
export type SignIn =
  | { readonly kind: 'ok'; readonly user: UserEntity }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'locked' }
  | { readonly kind: 'expired'; readonly user: UserEntity };

const minute = 60_000;
const day = 24 * 60 * minute;
const mayTry: readonly UserStatus[] = ['ACTIVE', 'PASSWORD_EXPIRED'];

/**
 * Checks a username and a password by the password policy: locks after too many failures in a row,
 * unlocks and expires by time, and records the sign-in. Takes one key derivation for every user, known
 * or not.
 */
export async function checkPassword(
  org: Org,
  { login, password }: { readonly login: string; readonly password: string },
): Promise<SignIn> {
  const user = userOfLogin(org, login);
  if (user !== null) unlockInTime(org, user);
  const candidate = user !== null && mayTry.includes(user.status) ? user : null;
  const matches = await passwordMatches(password, candidate?.password ?? null);
  if (user?.status === 'LOCKED_OUT') {
    logFailedSignIn(org, { login, user, failure: 'LOCKED_OUT' });
    return { kind: 'locked' };
  }
  if (matches && candidate !== null && mayTry.includes(candidate.status)) {
    return succeed(org, candidate);
  }
  const failure = user === null ? 'VERIFICATION_ERROR' : 'INVALID_CREDENTIALS';
  logFailedSignIn(org, { login, user, failure });
  if (candidate === null || !mayTry.includes(candidate.status)) return { kind: 'wrong' };
  return fail(org, candidate);
}

/** By login alone: an id is no username. */
export function userOfLogin(org: Org, login: string): UserEntity | null {
  const id = org.store.userIdsByLogin.get(login.toLowerCase());
  return (id === undefined ? undefined : org.store.users.get(id)) ?? null;
}

function unlockInTime(org: Org, user: UserEntity): void {
  const { autoUnlockMinutes } = passwordPolicyFor(org.store.resources, user);
  if (user.status !== 'LOCKED_OUT' || autoUnlockMinutes === 0 || user.statusChanged === null)
    return;
  if (org.now() - user.statusChanged < autoUnlockMinutes * minute) return;
  user.failedAttempts = 0;
  moveTo(org, user, 'ACTIVE');
  logOfUser(org, 'user.account.unlock', user, { job: true });
}

function fail(org: Org, user: UserEntity): SignIn {
  const { lockoutMaxAttempts } = passwordPolicyFor(org.store.resources, user);
  user.failedAttempts += 1;
  if (lockoutMaxAttempts === 0 || user.failedAttempts < lockoutMaxAttempts)
    return { kind: 'wrong' };
  moveTo(org, user, 'LOCKED_OUT');
  logLock(org, user);
  return { kind: 'locked' };
}

function succeed(org: Org, user: UserEntity): SignIn {
  user.failedAttempts = 0;
  if (user.status === 'ACTIVE' && isOverAge(org, user)) moveTo(org, user, 'PASSWORD_EXPIRED');
  if (user.status === 'PASSWORD_EXPIRED') return { kind: 'expired', user };
  user.lastLogin = org.now();
  return { kind: 'ok', user };
}

function isOverAge(org: Org, user: UserEntity): boolean {
  const { maxAgeDays } = passwordPolicyFor(org.store.resources, user);
  if (maxAgeDays === 0 || user.passwordChanged === null) return false;
  return org.now() - user.passwordChanged >= maxAgeDays * day;
}
