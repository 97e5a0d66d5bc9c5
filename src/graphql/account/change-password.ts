import { consumeCustomerLimits } from '../../callers/consume-limits.ts';
import {
  AccountError,
  AccountLocked,
  InvalidCredentials,
  LogInDenied,
  PasswordRejected,
  ProviderMisconfigured,
  ValidationFailed,
} from '../../identity/errors.ts';
import type { Credentials, Tokens } from '../../identity/model.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { requireOwnAccount } from '../guards/access.ts';
import { asPassword, readInput } from '../guards/validation.ts';
import { TokensType } from '../types/token-set.ts';
import { endOtherSessionsField, newPasswordField } from './password-fields.ts';

interface Changed {
  readonly tokens: Tokens | null;
  readonly otherSessionsEnded: boolean;
}

const ChangePasswordSuccess = builder.objectRef<Changed>('ChangePasswordSuccess').implement({
  description: 'The new password is set. Whether sessions ended depends on `endOtherSessions`.',
  fields: (t) => ({
    tokens: t.expose('tokens', {
      type: TokensType,
      nullable: true,
      description:
        'A new session in place of the one that was ended with the others. Null if none was ended, and if `logInRequired` is true.',
    }),
    otherSessionsEnded: t.exposeBoolean('otherSessionsEnded', {
      description:
        'True: no earlier refresh token of the account works any more, not even that of this device. This API refuses earlier access tokens too; backends that check tokens by themselves accept them until they expire.',
    }),
    logInRequired: t.boolean({
      description:
        'True: the session has ended, and there is no new one, because the password alone is not enough or the log-in failed. Call `logIn`.',
      resolve: ({ tokens, otherSessionsEnded }) => otherSessionsEnded && tokens === null,
    }),
  }),
});

const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  description: 'What `changePassword` needs: the current password, and the new one.',
  fields: (t) => ({
    currentPassword: t.string({
      required: true,
      description: 'The current password, used unchanged, white space included.',
    }),
    newPassword: t.string(newPasswordField),
    endOtherSessions: t.boolean(endOtherSessionsField),
  }),
});

builder.mutationField('changePassword', (t) =>
  t.errorUnionField({
    description:
      'Changes the password of the customer; needs their access token. A wrong current password is an attempt to log in, which counts towards the lockout of the account.',
    args: {
      input: t.arg({
        type: ChangePasswordInput,
        required: true,
        description: 'The current password and the new one.',
      }),
    },
    types: [
      ChangePasswordSuccess,
      InvalidCredentials,
      AccountLocked,
      LogInDenied,
      PasswordRejected,
      ValidationFailed,
    ],
    union: {
      name: 'ChangePasswordResult',
      description: 'That the password is changed, or why it is not.',
      resolveType: () => ChangePasswordSuccess.name,
    },
    resolve: (_root, { input }, context) => changePassword(input, context),
  }),
);

async function changePassword(
  input: typeof ChangePasswordInput.$inferInput,
  context: Context,
): Promise<Changed> {
  const { endOtherSessions } = input;
  const { currentPassword, newPassword } = readInput(input, {
    currentPassword: asPassword,
    newPassword: asPassword,
  });
  const permit = await consumeCustomerLimits('REAUTHENTICATION', context);
  const { user } = await requireOwnAccount(context);
  const change = { currentPassword, newPassword, endSessions: endOtherSessions };
  const { users, identity, call } = context;
  await users.change(user.id, () => identity.changePassword(user, change, call));
  await permit.refund();
  const credentials = { email: user.login, password: newPassword };
  const tokens = endOtherSessions ? await newSession(credentials, context) : null;
  return { tokens, otherSessionsEnded: endOtherSessions };
}

/** The password is changed: an error would make the caller try it again with the one from before. */
async function newSession(
  credentials: Credentials,
  { identity, call }: Context,
): Promise<Tokens | null> {
  try {
    const outcome = await identity.logIn(credentials, call);
    return outcome.kind === 'tokens' ? outcome.tokens : null;
  } catch (error) {
    if (error instanceof AccountError || error instanceof ProviderMisconfigured) return null;
    throw error;
  }
}
