import type { AuthnTransactionEntity, UserEntity } from '../entities.ts';
import { newToken } from '../ids.ts';
import type { Org } from '../org.ts';
import { ApiError } from '../reply.ts';
import { isoDate } from '../users/user-json.ts';

type Status = AuthnTransactionEntity['status'];

/** State and session tokens live this long; a state token anew from each look at it. */
const lifetime = 5 * 60 * 1000;
const tokenLength = 42;

/** The steps a caller may ask for with a state token; each is `POST /api/v1/authn/{step}`. */
export type Step = 'credentials/change_password' | 'credentials/reset_password' | 'cancel';

interface State {
  /** `_links.next`: its name and the step it leads to. */
  readonly next: { readonly name: string; readonly step: Step };
  /** Every other step is E0000079. */
  readonly allows: readonly Step[];
  /** What `_embedded` holds beside the user. */
  readonly embedded: (org: Org) => Record<string, unknown>;
}

/** The state machine: https://developer.okta.com/docs/reference/api/authn/#transaction-state */
const states: Readonly<Record<Status, State>> = {
  PASSWORD_EXPIRED: {
    next: { name: 'changePassword', step: 'credentials/change_password' },
    allows: ['credentials/change_password', 'cancel'],
    embedded: (org) => ({ policy: policyJson(org) }),
  },
  PASSWORD_RESET: {
    next: { name: 'resetPassword', step: 'credentials/reset_password' },
    allows: ['credentials/reset_password', 'cancel'],
    embedded: (org) => ({ policy: policyJson(org) }),
  },
};

export function openTransaction(
  org: Org,
  user: UserEntity,
  start: Pick<AuthnTransactionEntity, 'status' | 'recoveryType' | 'relayState'>,
): AuthnTransactionEntity {
  const transaction: AuthnTransactionEntity = {
    ...start,
    stateToken: newToken(tokenLength, '00'),
    userId: user.id,
    expiresAt: org.now() + lifetime,
  };
  org.store.authnTransactions.set(transaction.stateToken, transaction);
  return transaction;
}

/** @throws ApiError E0000011 for a token that is unknown, over, or of a user who is gone */
export function findTransaction(
  org: Org,
  stateToken: unknown,
): { readonly transaction: AuthnTransactionEntity; readonly user: UserEntity } {
  const transaction =
    typeof stateToken === 'string' ? org.store.authnTransactions.get(stateToken) : undefined;
  const user = transaction === undefined ? undefined : org.store.users.get(transaction.userId);
  if (transaction === undefined || user === undefined || transaction.expiresAt <= org.now()) {
    throw new ApiError('E0000011');
  }
  transaction.expiresAt = org.now() + lifetime;
  return { transaction, user };
}

/** @throws ApiError E0000079 where the state does not allow the step */
export function requireStep(transaction: AuthnTransactionEntity, step: Step): void {
  if (!states[transaction.status].allows.includes(step)) throw new ApiError('E0000079');
}

/** Ends the transaction. @throws ApiError E0000011 when another request was faster */
export function closeTransaction(org: Org, transaction: AuthnTransactionEntity): void {
  if (!org.store.authnTransactions.delete(transaction.stateToken)) throw new ApiError('E0000011');
}

export function link(org: Org, name: string, path: string): Record<string, unknown> {
  return { name, href: `${org.url()}/api/v1/authn/${path}`, hints: { allow: ['POST'] } };
}

/** `_embedded.user`: no e-mail address and nothing that an org has added. */
export function authnUserJson(user: UserEntity): Record<string, unknown> {
  const { login, firstName, lastName, locale, timezone } = user.profile;
  return {
    id: user.id,
    ...(user.passwordChanged === null ? {} : { passwordChanged: isoDate(user.passwordChanged) }),
    profile: {
      login,
      firstName: firstName ?? null,
      lastName: lastName ?? null,
      locale: locale ?? 'en',
      timeZone: timezone ?? 'America/Los_Angeles',
    },
  };
}

function policyJson(org: Org): Record<string, unknown> {
  const policy = org.store.passwordPolicy;
  const { minLength, minLowerCase, minUpperCase, minNumber, minSymbol, excludeUsername } = policy;
  return {
    complexity: { minLength, minLowerCase, minUpperCase, minNumber, minSymbol, excludeUsername },
    age: { minAgeMinutes: 0, historyCount: policy.historyCount },
  };
}

/** The transaction as every step that does not end it answers. */
export function transactionJson(
  org: Org,
  transaction: AuthnTransactionEntity,
  user: UserEntity,
): Record<string, unknown> {
  const { next, embedded } = states[transaction.status];
  const { stateToken, expiresAt, status, recoveryType, relayState } = transaction;
  return {
    stateToken,
    expiresAt: isoDate(expiresAt),
    status,
    ...(recoveryType === null ? {} : { recoveryType }),
    ...(relayState === null ? {} : { relayState }),
    _embedded: { user: authnUserJson(user), ...embedded(org) },
    _links: {
      next: link(org, next.name, next.step),
      cancel: { href: `${org.url()}/api/v1/authn/cancel`, hints: { allow: ['POST'] } },
    },
  };
}

/** SUCCESS: a session token and no state token, for there is nothing left to do. */
export function successJson(
  org: Org,
  user: UserEntity,
  relayState: string | null,
): Record<string, unknown> {
  const token = newToken(tokenLength, '00');
  const expiresAt = org.now() + lifetime;
  org.store.sessionTokens.set(token, { token, userId: user.id, amr: ['pwd'], expiresAt });
  user.lastLogin = org.now();
  return {
    expiresAt: isoDate(expiresAt),
    status: 'SUCCESS',
    ...(relayState === null ? {} : { relayState }),
    sessionToken: token,
    _embedded: { user: authnUserJson(user) },
  };
}
