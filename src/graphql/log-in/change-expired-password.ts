import { consumeLimits } from '../../callers/consume-limits.ts';
import {
  AccountLocked,
  InvalidCredentials,
  LogInDenied,
  PasswordRejected,
  TransactionInvalid,
  ValidationFailed,
} from '../../identity/errors.ts';
import type { Tokens } from '../../identity/model.ts';
import { endOtherSessionsField, newPasswordField } from '../account/password-fields.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { finishStep } from '../guards/pending-step.ts';
import { asPassword, asToken, readInput } from '../guards/validation.ts';
import {
  type LogInAnswer,
  MfaEnrollmentRequired,
  MfaRequired,
  memberOf,
  settleLogIn,
  toLogInAnswer,
} from '../types/log-in-result.ts';
import { TokensType } from '../types/token-set.ts';

interface Changed {
  readonly member: 'ChangeExpiredPasswordSuccess';
  readonly tokens: Tokens;
  readonly otherSessionsEnded: boolean;
}

type Answer = Changed | Extract<LogInAnswer, { member: 'MfaRequired' | 'MfaEnrollmentRequired' }>;

const ChangeExpiredPasswordSuccess = builder
  .objectRef<Changed>('ChangeExpiredPasswordSuccess')
  .implement({
    description: 'The password is changed and the customer is logged in.',
    fields: (t) => ({
      tokens: t.expose('tokens', {
        type: TokensType,
        description: 'The tokens of the new session.',
      }),
      otherSessionsEnded: t.exposeBoolean('otherSessionsEnded', {
        description:
          'True: no earlier refresh token of the account works any more. This API refuses earlier access tokens too; backends that check tokens by themselves accept them until they expire.',
      }),
    }),
  });

const ChangeExpiredPasswordInput = builder.inputType('ChangeExpiredPasswordInput', {
  description:
    'What `changeExpiredPassword` needs: the transaction of the log-in, and both passwords.',
  fields: (t) => ({
    transaction: t.string({
      required: true,
      description: 'The `transaction` of `PasswordExpired`.',
    }),
    currentPassword: t.string({
      required: true,
      description: 'The expired password, as it was sent with `logIn`.',
    }),
    newPassword: t.string(newPasswordField),
    endOtherSessions: t.boolean(endOtherSessionsField),
  }),
});

builder.mutationField('changeExpiredPassword', (t) =>
  t.errorUnionField({
    description:
      'Replaces an expired password and logs in. After `PasswordRejected` and `InvalidCredentials` call it again with the same transaction. After `MfaRequired` and `MfaEnrollmentRequired` the password is changed, and earlier sessions have ended unless `endOtherSessions` was false.',
    args: {
      input: t.arg({
        type: ChangeExpiredPasswordInput,
        required: true,
        description: 'The transaction and both passwords.',
      }),
    },
    types: [
      ChangeExpiredPasswordSuccess,
      MfaRequired,
      MfaEnrollmentRequired,
      InvalidCredentials,
      AccountLocked,
      PasswordRejected,
      TransactionInvalid,
      LogInDenied,
      ValidationFailed,
    ],
    union: {
      name: 'ChangeExpiredPasswordResult',
      description:
        'The tokens of the new session, the next step of the log-in, or why the password was not changed.',
      resolveType: memberOf,
    },
    resolve: (_root, { input }, context) => changeExpiredPassword(input, context),
  }),
);

async function changeExpiredPassword(
  input: typeof ChangeExpiredPasswordInput.$inferInput,
  context: Context,
): Promise<Answer> {
  const { endOtherSessions } = input;
  const { transaction, currentPassword, newPassword } = readInput(input, {
    transaction: asToken,
    currentPassword: asPassword,
    newPassword: asPassword,
  });
  const permit = await consumeLimits({ kind: 'PROOF' }, context);
  const purpose = 'CHANGE_EXPIRED_PASSWORD';
  return finishStep({ transaction, purpose }, context, async (continuation) => {
    const change = { continuation, currentPassword, newPassword, endSessions: endOtherSessions };
    const { identity, call } = context;
    const answer = await toLogInAnswer(await identity.changeExpiredPassword(change, call), context);
    await settleLogIn(permit, answer, null);
    switch (answer.member) {
      case 'LogInSuccess':
        return {
          member: 'ChangeExpiredPasswordSuccess',
          tokens: answer.tokens,
          otherSessionsEnded: endOtherSessions,
        };
      case 'PasswordExpired':
        // It was changed a moment ago, so an administrator must have expired it again.
        throw new TransactionInvalid();
      default:
        return answer;
    }
  });
}
