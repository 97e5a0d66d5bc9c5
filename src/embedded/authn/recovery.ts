import type { UserEntity, UserStatus } from '../entities.ts';
import { issueMailToken, openMailToken, sendMail } from '../mail.ts';
import type { Org } from '../org.ts';
import { ApiError } from '../reply.ts';
import { userOfLogin } from '../sign-in.ts';
import { isoDate } from '../users/user-json.ts';
import { relayStateOf } from './primary.ts';
import { authnUserJson, link, openTransaction, transactionJson } from './transactions.ts';

type Body = Readonly<Record<string, unknown>>;
type Json = Record<string, unknown>;

const mayRecover: readonly UserStatus[] = ['ACTIVE', 'PASSWORD_EXPIRED'];
const mayReset: readonly UserStatus[] = [...mayRecover, 'RECOVERY', 'LOCKED_OUT'];

/**
 * `POST /api/v1/authn/recovery/password`
 * @param trusted the caller holds an administrator's API token
 */
export function startRecovery(org: Org, body: Body, trusted: boolean): Json {
  const { username, factorType } = body;
  if (typeof username !== 'string') throw blank('username');
  const user = userOfLogin(org, username);
  if (factorType === 'EMAIL') return recoverByMail(org, user, body);
  if (factorType !== undefined) throw new ApiError('E0000034');
  if (!trusted) throw blank('factorType');
  return recoverByCaller(org, user, body);
}

function blank(field: string): ApiError {
  return new ApiError('E0000001', {
    about: field,
    causes: [`${field}: The field cannot be left blank`],
  });
}

/** One answer for everyone, so that it tells nothing of whether there is such a user. */
function recoverByMail(org: Org, user: UserEntity | null, body: Body): Json {
  if (user !== null && mayRecover.includes(user.status) && user.password !== null) {
    sendMail(org, user, 'PASSWORD_RESET');
  }
  const relayState = relayStateOf(body);
  return {
    status: 'RECOVERY_CHALLENGE',
    factorResult: 'WAITING',
    ...(relayState === null ? {} : { relayState }),
    factorType: 'EMAIL',
    recoveryType: 'PASSWORD',
  };
}

/** A trusted application gets the token itself and brings it to the user its own way. */
function recoverByCaller(org: Org, user: UserEntity | null, body: Body): Json {
  if (user === null) throw new ApiError('E0000095');
  if (user.status === 'LOCKED_OUT') throw new ApiError('E0000119');
  if (!mayRecover.includes(user.status) || user.password === null) throw new ApiError('E0000034');
  const recoveryToken = issueMailToken(org, user, 'PASSWORD_RECOVERY');
  const relayState = relayStateOf(body);
  const lifetime = org.store.passwordPolicy.recoveryTokenLifetimeMinutes * 60_000;
  return {
    expiresAt: isoDate(org.now() + lifetime),
    status: 'RECOVERY',
    ...(relayState === null ? {} : { relayState }),
    recoveryToken,
    recoveryType: 'PASSWORD',
    _embedded: { user: authnUserJson(user) },
    _links: { next: link(org, 'recovery', 'recovery/token') },
  };
}

/**
 * `POST /api/v1/authn/recovery/token`: straight to PASSWORD_RESET, for no question is asked. The
 * token is used up by the new password, so a refused password leaves the mail's link in order.
 */
export function redeemRecoveryToken(org: Org, body: Body): Json {
  const { recoveryToken } = body;
  if (typeof recoveryToken !== 'string') throw new ApiError('E0000011');
  const known = org.store.mailTokens.get(recoveryToken);
  if (known?.purpose !== 'PASSWORD_RECOVERY') throw new ApiError('E0000011');
  const opened = openMailToken(org, recoveryToken);
  if (opened === null || !mayReset.includes(opened.user.status)) throw new ApiError('E0000105');
  const transaction = openTransaction(org, opened.user, {
    status: 'PASSWORD_RESET',
    recoveryType: 'PASSWORD',
    relayState: relayStateOf(body),
  });
  return transactionJson(org, transaction, opened.user);
}
