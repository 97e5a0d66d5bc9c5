import { invalidateMailTokens } from '../mail.ts';
import type { Org } from '../org.ts';
import { passwordPolicyFor } from '../settings/password-policy.ts';
import type { UserEntity, UserStatus } from '../store/entities.ts';
import {
  complexityProblem,
  hashPassword,
  historyProblem,
  passwordMatches,
} from '../store/passwords.ts';

export function moveTo(org: Org, user: UserEntity, status: UserStatus): void {
  user.status = status;
  user.statusChanged = org.now();
  user.lastUpdated = org.now();
}

/** Okta's text about why a user may not choose this password; null if they may. */
export async function newPasswordProblem(
  org: Org,
  user: UserEntity,
  password: string,
): Promise<string | null> {
  const policy = passwordPolicyFor(org.store.resources, user);
  const complexity = complexityProblem(password, user.profile, policy);
  if (complexity !== null) return complexity;
  if (user.password !== null && (await passwordMatches(password, user.password))) {
    return 'Password cannot be your current password';
  }
  return historyProblem(password, user.passwordHistory, policy);
}

/** Whether the current password is younger than the policy's minimum age. */
export function isTooYoung(org: Org, user: UserEntity): boolean {
  const { minAgeMinutes } = passwordPolicyFor(org.store.resources, user);
  return org.now() - (user.passwordChanged ?? 0) < minAgeMinutes * 60_000;
}

/** Sets a checked password. Mailed links and open authn steps become invalid. */
export async function replacePassword(org: Org, user: UserEntity, password: string): Promise<void> {
  // Before the first await: of two requests with one mailed token, one must find it used.
  invalidateMailTokens(org, user);
  for (const { stateToken, userId } of org.store.authnTransactions.values()) {
    if (userId === user.id) org.store.authnTransactions.delete(stateToken);
  }
  for (const { token, userId } of org.store.mfaTokens.values()) {
    if (userId === user.id) org.store.mfaTokens.delete(token);
  }
  const hash = await hashPassword(password);
  const kept = Math.max(passwordPolicyFor(org.store.resources, user).historyCount, 1);
  user.password = hash;
  user.passwordHistory = [hash, ...user.passwordHistory].slice(0, kept);
  user.passwordChanged = org.now();
  user.lastUpdated = org.now();
  user.failedAttempts = 0;
}

const waitingForPassword: readonly UserStatus[] = [
  'PROVISIONED',
  'RECOVERY',
  'PASSWORD_EXPIRED',
  'LOCKED_OUT',
];

/** Ends the statuses that only a new password ends. */
export function endPasswordStates(org: Org, user: UserEntity): void {
  if (!waitingForPassword.includes(user.status)) return;
  user.activated ??= org.now();
  moveTo(org, user, 'ACTIVE');
}
