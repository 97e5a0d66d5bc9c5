import { logSession } from '../events/account-events.ts';
import { ApiError } from '../http/responses.ts';
import type { Org } from '../org.ts';
import { passwordPolicyFor } from '../settings/password-policy.ts';
import type { AuthnTransactionEntity, UserEntity } from '../store/entities.ts';
import { newToken } from '../store/ids.ts';
import { isoDate } from '../users/user-json.ts';
import { mfaStates } from './mfa-states.ts';
import { link, plainLink, type State, type Step } from './state.ts';

type Status = AuthnTransactionEntity['status'];

/** Life of state and session tokens. Each read of a state token extends it. */
const lifetime = 5 * 60 * 1000;
const tokenLength = 42;

/** The state machine: https://developer.okta.com/docs/reference/api/authn/#transaction-state */
const states: Readonly<Record<Status, State>> = {
  ...mfaStates,
  PASSWORD_EXPIRED: {
    allows: ['credentials/change_password', 'cancel'],
    embedded: ({ org, user }) => ({ policy: policyJson(org, user) }),
    links: ({ org }) => ({ next: link(org, 'changePassword', 'credentials/change_password') }),
  },
  PASSWORD_RESET: {
    allows: ['credentials/reset_password', 'cancel'],
    embedded: ({ org, user }) => ({ policy: policyJson(org, user) }),
    links: ({ org }) => ({ next: link(org, 'resetPassword', 'credentials/reset_password') }),
  },
};

export function openTransaction(
  org: Org,
  user: UserEntity,
  start: Pick<AuthnTransactionEntity, 'status' | 'recoveryType' | 'relayState'> &
    Partial<Pick<AuthnTransactionEntity, 'amr' | 'enrollMore'>>,
): AuthnTransactionEntity {
  const transaction: AuthnTransactionEntity = {
    amr: ['pwd'],
    enrollMore: false,
    factorId: null,
    pushId: null,
    factorResult: null,
    ...start,
    stateToken: newToken(tokenLength, '00'),
    userId: user.id,
    expiresAt: org.now() + lifetime,
  };
  org.store.authnTransactions.set(transaction.stateToken, transaction);
  return transaction;
}

/** @throws ApiError E0000011 for a token that is unknown, expired, or of a deleted user */
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

/** @throws ApiError E0000079 if the state does not allow the step */
export function requireStep(transaction: AuthnTransactionEntity, step: Step): void {
  if (!states[transaction.status].allows.includes(step)) throw new ApiError('E0000079');
}

/** Ends the transaction. @throws ApiError E0000011 when another request has ended it */
export function closeTransaction(org: Org, transaction: AuthnTransactionEntity): void {
  if (!org.store.authnTransactions.delete(transaction.stateToken)) throw new ApiError('E0000011');
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
      locale: locale ?? 'en_US',
      timeZone: timezone ?? 'America/Los_Angeles',
    },
  };
}

function policyJson(org: Org, user: UserEntity): Record<string, unknown> {
  const policy = passwordPolicyFor(org.store.resources, user);
  const { minLength, minLowerCase, minUpperCase, minNumber, minSymbol, excludeUsername } = policy;
  return {
    complexity: { minLength, minLowerCase, minUpperCase, minNumber, minSymbol, excludeUsername },
    age: { minAgeMinutes: 0, historyCount: policy.historyCount },
  };
}

/** The answer of every step that does not end the transaction. */
export function transactionJson(
  org: Org,
  transaction: AuthnTransactionEntity,
  user: UserEntity,
): Record<string, unknown> {
  const { embedded, links } = states[transaction.status];
  const { stateToken, expiresAt, status, recoveryType, relayState, factorResult } = transaction;
  const view = { org, transaction, user };
  return {
    stateToken,
    expiresAt: isoDate(expiresAt),
    status,
    ...(recoveryType === null ? {} : { recoveryType }),
    ...(relayState === null ? {} : { relayState }),
    ...(factorResult === null ? {} : { factorResult }),
    _embedded: { user: authnUserJson(user), ...embedded(view) },
    _links: { ...links(view), cancel: plainLink(org, 'cancel') },
  };
}

/** SUCCESS: a session token and no state token, since no step is left. */
export function successJson(
  org: Org,
  user: UserEntity,
  { relayState, amr }: Pick<AuthnTransactionEntity, 'relayState' | 'amr'>,
): Record<string, unknown> {
  const token = newToken(tokenLength, '00');
  const expiresAt = org.now() + lifetime;
  org.store.sessionTokens.set(token, { token, userId: user.id, amr, expiresAt });
  user.lastLogin = org.now();
  logSession(org, 'user.session.start', user);
  return {
    expiresAt: isoDate(expiresAt),
    status: 'SUCCESS',
    ...(relayState === null ? {} : { relayState }),
    sessionToken: token,
    _embedded: { user: authnUserJson(user) },
    _links: { cancel: plainLink(org, 'cancel') },
  };
}
