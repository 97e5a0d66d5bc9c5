import { logByUser } from '../events/account-events.ts';
import { ApiError } from '../http/responses.ts';
import {
  issueMailToken,
  type OpenedMailToken,
  openMailToken,
  sendMail,
  sendResetDenied,
} from '../mail.ts';
import { type Org, personOf } from '../org.ts';
import { passwordPolicyFor } from '../settings/password-policy.ts';
import type { UserEntity, UserStatus } from '../store/entities.ts';
import { userOfLogin } from '../users/sign-in.ts';
import { isTooYoung, moveTo } from '../users/sign-in-checks.ts';
import { isoDate } from '../users/user-json.ts';
import { relayStateOf } from './primary.ts';
import { link, plainLink } from './state.ts';
import { authnUserJson, openTransaction, transactionJson } from './transactions.ts';

type Body = Readonly<Record<string, unknown>>;
type Json = Record<string, unknown>;

const mayRecover: readonly UserStatus[] = ['ACTIVE', 'PASSWORD_EXPIRED'];
const mayReset: readonly UserStatus[] = [...mayRecover, 'RECOVERY', 'LOCKED_OUT'];

type RecoveryType = 'PASSWORD' | 'UNLOCK';

interface Request {
  readonly type: RecoveryType;
  /** The caller holds an administrator's API token. */
  readonly trusted: boolean;
}

/** `POST /api/v1/authn/recovery/password` and `/unlock` */
export function startRecovery(org: Org, body: Body, { type, trusted }: Request): Json {
  const { username, factorType } = body;
  if (typeof username !== 'string') throw blank('username');
  const user = userOfLogin(org, username);
  if (factorType === 'EMAIL') return recoverByMail(org, user, { type, body });
  if (factorType !== undefined) throw new ApiError(notAllowed[type]);
  if (!trusted) throw blank('factorType');
  return recoverByCaller(org, user, { type, body });
}

const notAllowed = { PASSWORD: 'E0000034', UNLOCK: 'E0000032' } as const;

function isAllowed(user: UserEntity, type: RecoveryType): boolean {
  if (user.password === null) return false;
  return type === 'UNLOCK' ? user.status === 'LOCKED_OUT' : mayRecover.includes(user.status);
}

function blank(field: string): ApiError {
  return new ApiError('E0000001', {
    about: field,
    causes: [`${field}: The field cannot be left blank`],
  });
}

interface Recovery {
  readonly type: RecoveryType;
  readonly body: Body;
}

/**
 * The same answer for all, so that it does not reveal whether the user exists. But if the policy does
 * not allow the mail, Okta says so for existing users
 * (https://github.com/okta/okta-oidc-android/issues/231).
 */
function recoverByMail(org: Org, user: UserEntity | null, { type, body }: Recovery): Json {
  if (user !== null && !mayRecoverByMail(org, user, type)) {
    throw new ApiError(notAllowed[type], { causes: ['Recovery credential not set.'] });
  }
  if (user !== null && isAllowed(user, type)) {
    if (type === 'UNLOCK') sendMail(org, user, 'ACCOUNT_UNLOCK');
    else if (isTooYoung(org, user)) sendResetDenied(org, user);
    else sendMail(org, user, 'PASSWORD_RESET');
  }
  const relayState = relayStateOf(body);
  return {
    status: 'RECOVERY_CHALLENGE',
    factorResult: 'WAITING',
    ...(relayState === null ? {} : { relayState }),
    factorType: 'EMAIL',
    recoveryType: type,
  };
}

function mayRecoverByMail(org: Org, user: UserEntity, type: RecoveryType): boolean {
  return (
    maySelfServe(org, user, type) && passwordPolicyFor(org.store.resources, user).recoveryByMail
  );
}

/** Whether the rule of the user's password policy allows it. */
function maySelfServe(org: Org, user: UserEntity, type: RecoveryType): boolean {
  const { mayReset, mayUnlock } = passwordPolicyFor(org.store.resources, personOf(org, user));
  return type === 'UNLOCK' ? mayUnlock : mayReset;
}

/** A trusted application gets the token itself, and sends it to the user in its own way. */
function recoverByCaller(org: Org, user: UserEntity | null, { type, body }: Recovery): Json {
  if (user === null) throw new ApiError('E0000095');
  if (type === 'PASSWORD' && user.status === 'LOCKED_OUT') throw new ApiError('E0000119');
  if (!isAllowed(user, type) || !maySelfServe(org, user, type)) {
    throw new ApiError(notAllowed[type]);
  }
  const purpose = type === 'UNLOCK' ? 'ACCOUNT_UNLOCK' : 'PASSWORD_RECOVERY';
  const recoveryToken = issueMailToken(org, user, purpose);
  const relayState = relayStateOf(body);
  const lifetime =
    passwordPolicyFor(org.store.resources, user).recoveryTokenLifetimeMinutes * 60_000;
  return {
    expiresAt: isoDate(org.now() + lifetime),
    status: 'RECOVERY',
    ...(relayState === null ? {} : { relayState }),
    recoveryToken,
    recoveryType: type,
    _embedded: { user: authnUserJson(user) },
    _links: {
      next: link(org, 'recovery', 'recovery/token'),
      cancel: plainLink(org, 'cancel'),
    },
  };
}

/**
 * `POST /api/v1/authn/recovery/token`: without a security question, so it unlocks at once or
 * allows a password reset. It uses the token, whether or not the reset succeeds.
 */
export function redeemRecoveryToken(org: Org, body: Body): Json {
  const { recoveryToken } = body;
  if (typeof recoveryToken !== 'string') throw new ApiError('E0000011');
  const purpose = org.store.mailTokens.get(recoveryToken)?.purpose;
  if (purpose !== 'PASSWORD_RECOVERY' && purpose !== 'ACCOUNT_UNLOCK') {
    throw new ApiError('E0000011');
  }
  const opened = openMailToken(org, recoveryToken);
  if (opened === null) throw new ApiError('E0000105');
  if (purpose === 'ACCOUNT_UNLOCK') return unlock(org, opened, body);
  if (!mayReset.includes(opened.user.status)) throw new ApiError('E0000105');
  opened.entity.used = true;
  const transaction = openTransaction(org, opened.user, {
    status: 'PASSWORD_RESET',
    recoveryType: 'PASSWORD',
    relayState: relayStateOf(body),
  });
  return transactionJson(org, transaction, opened.user);
}

/** The password stays as it was, and the user is not signed in. */
function unlock(org: Org, { entity, user }: OpenedMailToken, body: Body): Json {
  if (user.status !== 'LOCKED_OUT') throw new ApiError('E0000105');
  entity.used = true;
  user.failedAttempts = 0;
  moveTo(org, user, 'ACTIVE');
  logByUser(org, 'user.account.unlock', user);
  const relayState = relayStateOf(body);
  return {
    status: 'SUCCESS',
    ...(relayState === null ? {} : { relayState }),
    recoveryType: 'UNLOCK',
    _embedded: { user: authnUserJson(user) },
  };
}
