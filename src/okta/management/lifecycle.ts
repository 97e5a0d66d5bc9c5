import * as z from 'zod';
import type { CallContext, User, UserStatus } from '../../identity/model.ts';
import { UserNotFound } from '../errors/error-table.ts';
import { parseAnswer } from '../wire/answer.ts';
import type { Skip } from '../wire/members.ts';
import { type OktaUser, oktaId, oktaUser } from '../wire/schemas.ts';
import type { Management } from './sdk.ts';
import { toUser } from './users.ts';

/** What decides how the owner can log in, or which mail helps. */
export interface Account {
  readonly id: string;
  readonly status: UserStatus;
  readonly hasPassword: boolean;
}

/**
 * Finds one account by its address, and sends the mails that Okta sends on behalf of an administrator.
 * These take an id from Okta, and throw RecoveryRefused if the account has left the status.
 */
export interface Lifecycle {
  /** Null if no account has the login. */
  find(login: string, context: CallContext): Promise<Account | null>;
  /** Like `find`, with the profile. */
  findUser(login: string, context: CallContext): Promise<User | null>;
  /** From STAGED, with an activation mail. */
  activate(userId: string, context: CallContext): Promise<void>;
  /** Another activation mail for a PROVISIONED account. */
  reactivate(userId: string, context: CallContext): Promise<void>;
  /** Another recovery mail for an account in RECOVERY. Any other account would lose its password. */
  resetPassword(userId: string, context: CallContext): Promise<void>;
}

interface Lookup<Answer> {
  readonly login: string;
  readonly read: (user: OktaUser, skip: Skip) => Answer;
}

export function createLifecycle(management: Management): Lifecycle {
  const sendEmail = true;

  const read = <Answer>(lookup: Lookup<Answer>, context: CallContext) =>
    isPathPart(lookup.login) ? readByPath(lookup, context) : readByFilter(lookup, context);

  async function readByPath<Answer>(
    { login, read }: Lookup<Answer>,
    context: CallContext,
  ): Promise<Answer | null> {
    try {
      return await management('users/get', context, async (api, _sdk, skip) =>
        read(parseAnswer(await api.getUser({ userId: login }), oktaUser), skip),
      );
    } catch (error) {
      if (error instanceof UserNotFound) return null;
      throw error;
    }
  }

  const readByFilter = <Answer>(
    { login, read }: Lookup<Answer>,
    context: CallContext,
  ): Promise<Answer | null> =>
    management('users/list', context, async (api, _sdk, skip) => {
      const page = await api.listUsers({ filter: byLogin(login), limit: 1 });
      const [user] = parseAnswer(await page.getNextPage(), z.array(z.unknown()));
      return user === undefined ? null : read(parseAnswer(user, oktaUser), skip);
    });

  return {
    find: (login, context) => read({ login, read: toAccount }, context),
    findUser: (login, context) => read({ login, read: toUser }, context),

    activate: (userId, context) =>
      management('users/activate', context, async (api) => {
        await api.activateUser({ userId, sendEmail });
      }),
    reactivate: (userId, context) =>
      management('users/reactivate', context, async (api) => {
        await api.reactivateUser({ userId, sendEmail });
      }),
    resetPassword: (userId, context) =>
      management('users/reset_password', context, async (api) => {
        await api.generateResetPasswordToken({ userId, sendEmail });
      }),
  };
}

function toAccount({ id, status, credentials }: OktaUser, skip: Skip): Account {
  if (status === 'UNKNOWN') skip('status');
  return { id, status, hasPassword: (credentials?.password ?? null) !== null };
}

/**
 * Whether `GET /users/{login}` reads this login and nothing else: a slash cannot be part of a path
 * (https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/#tag/User/operation/getUser),
 * an id names another account, and `me` this API's own. A path is preferred: a filter is
 * case-sensitive, which a log-in is not, and does not match short names.
 */
function isPathPart(login: string): boolean {
  return !/[/\\?;]|^(?:\.{1,2}|me)$/i.test(login) && !oktaId.safeParse(login).success;
}

/** Matches the login as typed and in lower case. A value is a JSON string (RFC 7644 section 3.4.2.2). */
function byLogin(login: string): string {
  const spellings = new Set([login, login.toLowerCase()]);
  return [...spellings].map((one) => `profile.login eq ${JSON.stringify(one)}`).join(' or ');
}
