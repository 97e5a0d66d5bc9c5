import type { CallContext, User, UserStatus } from '../identity/model.ts';
import { UserNotFound } from './errors.ts';
import { matched } from './failure.ts';
import type { Management } from './management.ts';
import type { Skip } from './members.ts';
import { toUser } from './users.ts';
import { type OktaUser, oktaUser } from './wire-types.ts';

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
  /**
   * Null: nobody logs in with the address. It becomes part of the URL, for Okta has no other way to
   * ask for it: reads by `filter` have it in the query, and regard case, which log-in does not.
   */
  find(email: string, context: CallContext): Promise<Account | null>;
  /** As `find`, with the profile. */
  findUser(email: string, context: CallContext): Promise<User | null>;
  /** From STAGED, with an activation mail. */
  activate(userId: string, context: CallContext): Promise<void>;
  /** Another activation mail for a PROVISIONED account. */
  reactivate(userId: string, context: CallContext): Promise<void>;
  /** Another recovery mail for an account in RECOVERY. Any other would lose its password by it. */
  resetPassword(userId: string, context: CallContext): Promise<void>;
}

export function createLifecycle(management: Management): Lifecycle {
  const sendEmail = true;

  async function read<Answer>(
    { email, understand }: { email: string; understand: (user: OktaUser, skip: Skip) => Answer },
    context: CallContext,
  ): Promise<Answer | null> {
    try {
      return await management('users/get', context, async (api, _sdk, skip) =>
        understand(matched(await api.getUser({ userId: email }), oktaUser), skip),
      );
    } catch (error) {
      if (error instanceof UserNotFound) return null;
      throw error;
    }
  }

  return {
    find: (email, context) => read({ email, understand: toAccount }, context),
    findUser: (email, context) => read({ email, understand: toUser }, context),

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
