import { openMailToken, useUpMailTokens } from '../mail.ts';
import type { Org } from '../org.ts';
import { ApiError } from '../reply.ts';
import { checkPassword } from '../sign-in.ts';
import {
  findTransaction,
  link,
  openTransaction,
  successJson,
  transactionJson,
} from './transactions.ts';

type Body = Readonly<Record<string, unknown>>;
type Json = Record<string, unknown>;

export const relayStateOf = ({ relayState }: Body): string | null =>
  typeof relayState === 'string' ? relayState : null;

/** `POST /api/v1/authn`: a password, an activation token, or another look at a transaction. */
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
  return await signIn(org, { username, password, relayState: relayStateOf(body) });
}

interface Attempt {
  readonly username: string;
  readonly password: string;
  readonly relayState: string | null;
}

async function signIn(org: Org, { username, password, relayState }: Attempt): Promise<Json> {
  const signIn = await checkPassword(org, { login: username, password });
  switch (signIn.kind) {
    case 'ok':
      return successJson(org, signIn.user, relayState);
    case 'expired': {
      const start = { status: 'PASSWORD_EXPIRED', recoveryType: null, relayState } as const;
      return transactionJson(org, openTransaction(org, signIn.user, start), signIn.user);
    }
    case 'locked':
      // By default a lock looks like a wrong password, or it would tell which usernames exist.
      if (!org.store.passwordPolicy.showLockoutFailures) throw new ApiError('E0000004');
      return { status: 'LOCKED_OUT', _links: { next: link(org, 'unlock', 'recovery/unlock') } };
    case 'wrong':
      throw new ApiError('E0000004');
  }
}

/** With a password the account is ready; without one the user is asked to choose it. */
function activate(org: Org, body: Body): Json {
  const { token } = body;
  const opened = typeof token === 'string' ? openMailToken(org, token) : null;
  if (opened === null || opened.entity.purpose !== 'ACTIVATION') throw new ApiError('E0000004');
  const { user } = opened;
  if (user.status === 'ACTIVE') {
    useUpMailTokens(org, user);
    return successJson(org, user, relayStateOf(body));
  }
  if (user.status !== 'PROVISIONED' && user.status !== 'RECOVERY') throw new ApiError('E0000004');
  const transaction = openTransaction(org, user, {
    status: 'PASSWORD_RESET',
    recoveryType: 'ACCOUNT_ACTIVATION',
    relayState: relayStateOf(body),
  });
  return transactionJson(org, transaction, user);
}
