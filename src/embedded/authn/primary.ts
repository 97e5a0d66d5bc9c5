import { ApiError, isObject } from '../http/responses.ts';
import { invalidateMailTokens, openMailToken } from '../mail.ts';
import type { Org } from '../org.ts';
import { passwordPolicyFor } from '../settings/password-policy.ts';
import { checkPassword, userOfLogin } from '../users/sign-in.ts';
import { continueSignIn } from './next-step.ts';
import { link, plainLink } from './state.ts';
import { findTransaction, openTransaction, transactionJson } from './transactions.ts';

type Body = Readonly<Record<string, unknown>>;
type Json = Record<string, unknown>;

export const relayStateOf = ({ relayState }: Body): string | null =>
  typeof relayState === 'string' ? relayState : null;

/** `POST /api/v1/authn`: a password, an activation token, or the state of a transaction. */
export async function authenticate(org: Org, body: Body): Promise<Json> {
  if (body['stateToken'] !== undefined) {
    const { transaction, user } = findTransaction(org, body['stateToken']);
    return transactionJson(org, transaction, user);
  }
  if (body['token'] !== undefined) return activate(org, body);
  const { username, password } = body;
  if (typeof username !== 'string' || typeof password !== 'string') {
    throw new ApiError('E0000001', {
      about: 'authRequest',
      causes: ["The 'username' and 'password' attributes are required in this context."],
    });
  }
  if (!org.limits.allowUsername(username)) throw new ApiError('E0000047');
  return await signIn(org, { username, password, body });
}

function startOf(body: Body) {
  const { options } = body;
  const enrollMore = isObject(options) && options['multiOptionalFactorEnroll'] === true;
  return { relayState: relayStateOf(body), amr: ['pwd'], enrollMore };
}

interface Attempt {
  readonly username: string;
  readonly password: string;
  /** Of the request, whose options outlive the password's check. */
  readonly body: Body;
}

async function signIn(org: Org, { username, password, body }: Attempt): Promise<Json> {
  const signIn = await checkPassword(org, { login: username, password });
  switch (signIn.kind) {
    case 'ok':
    case 'expired':
      return continueSignIn(org, signIn.user, startOf(body));
    case 'locked':
      // By default a lock looks like a wrong password, so that it does not reveal which usernames exist.
      if (showsLocks(org, username)) return lockedOut(org);
      throw new ApiError('E0000004');
    case 'wrong':
      throw new ApiError('E0000004');
  }
}

function showsLocks(org: Org, username: string): boolean {
  const policy = passwordPolicyFor(org.store.resources, userOfLogin(org, username));
  return policy.showLockoutFailures;
}

function lockedOut(org: Org): Json {
  const _links = {
    next: link(org, 'unlock', 'recovery/unlock'),
    cancel: plainLink(org, 'cancel'),
  };
  return { status: 'LOCKED_OUT', _embedded: {}, _links };
}

/** With a password the account is ready; without one the user is asked to choose it. */
function activate(org: Org, body: Body): Json {
  const { token } = body;
  const opened = typeof token === 'string' ? openMailToken(org, token) : null;
  if (opened === null || opened.entity.purpose !== 'ACTIVATION') throw new ApiError('E0000004');
  const { user } = opened;
  if (user.status === 'ACTIVE') {
    invalidateMailTokens(org, user);
    return continueSignIn(org, user, startOf(body));
  }
  if (user.status !== 'PROVISIONED' && user.status !== 'RECOVERY') throw new ApiError('E0000004');
  opened.entity.used = true;
  const transaction = openTransaction(org, user, {
    status: 'PASSWORD_RESET',
    recoveryType: 'ACCOUNT_ACTIVATION',
    relayState: relayStateOf(body),
  });
  return transactionJson(org, transaction, user);
}
