import * as z from 'zod';
import type { CallContext, User, UserStatus } from '../../identity/model.ts';
import { UserNotFound } from '../errors/error-table.ts';
import { matched } from '../wire/answer.ts';
import type { Skip } from '../wire/members.ts';
import { type OktaUser, oktaId, oktaUser } from '../wire/schemas.ts';
import type { Management } from './sdk.ts';
import { toUser } from './users.ts';

/** What decides how the owner of an account gets in. */
export interface Account {
  readonly id: string;
  readonly status: UserStatus;
  readonly hasPassword: boolean;
}

/**
 * One account by its address, and the mails that Okta sends on behalf of an administrator: each for
 * an id that Okta gave, and RecoveryRefused where the account has left the status by now.
 */
export interface Lifecycle {
  /** By login. Null: no account has it. */
  find(login: string, context: CallContext): Promise<Account | null>;
  /** As `find`, with the profile. */
  findUser(login: string, context: CallContext): Promise<User | null>;
  /** From STAGED, with an activation mail. */
  activate(userId: string, context: CallContext): Promise<void>;
  /** Another activation mail for a PROVISIONED account. */
  reactivate(userId: string, context: CallContext): Promise<void>;
  /** Another recovery mail for an account in RECOVERY. Any other would lose its password by it. */
  resetPassword(userId: string, context: CallContext): Promise<void>;
}

interface Question<Answer> {
  readonly login: string;
  readonly understand: (user: OktaUser, skip: Skip) => Answer;
}

export function createLifecycle(management: Management): Lifecycle {
  const sendEmail = true;

  const read = <Answer>(question: Question<Answer>, context: CallContext) =>
    isPathPart(question.login) ? readByPath(question, context) : readByFilter(question, context);

  async function readByPath<Answer>(
    { login, understand }: Question<Answer>,
    context: CallContext,
  ): Promise<Answer | null> {
    try {
      return await management('users/get', context, async (api, _sdk, skip) =>
        understand(matched(await api.getUser({ userId: login }), oktaUser), skip),
      );
    } catch (error) {
      if (error instanceof UserNotFound) return null;
      throw error;
    }
  }

  const readByFilter = <Answer>(
    { login, understand }: Question<Answer>,
    context: CallContext,
  ): Promise<Answer | null> =>
    management('users/list', context, async (api, _sdk, skip) => {
      const page = await api.listUsers({ filter: byLogin(login), limit: 1 });
      const [user] = matched(await page.getNextPage(), z.array(z.unknown()));
      return user === undefined ? null : understand(matched(user, oktaUser), skip);
    });

  return {
    find: (login, context) => read({ login, understand: toAccount }, context),
    findUser: (login, context) => read({ login, understand: toUser }, context),

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
 * an id names another account, and `me` the API itself. A path is better where it can be used: a
 * filter regards case, which a log-in does not, and knows no short names.
 */
function isPathPart(login: string): boolean {
  return !/[/\\?;]|^(?:\.{1,2}|me)$/i.test(login) && !oktaId.safeParse(login).success;
}

/** As typed and in lower case. RFC 7644 section 3.4.2.2: a value is a JSON string. */
function byLogin(login: string): string {
  const spellings = new Set([login, login.toLowerCase()]);
  return [...spellings].map((one) => `profile.login eq ${JSON.stringify(one)}`).join(' or ');
}
