import {
  AccountLocked,
  InvalidCredentials,
  LogInDenied,
  PasswordRejected,
  TransactionInvalid,
  ValidationFailed,
} from '../identity/errors.ts';
import type { Tokens } from '../identity/model.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { checkInput, isPassword, isToken } from './input-rules.ts';
import { TokensType } from './tokens.ts';

const ChangeExpiredPasswordSuccess = builder
  .objectRef<{ readonly tokens: Tokens }>('ChangeExpiredPasswordSuccess')
  .implement({
    description: 'The password is changed and the customer is logged in.',
    fields: (t) => ({
      tokens: t.expose('tokens', { type: TokensType, description: 'The new session.' }),
    }),
  });

const ChangeExpiredPasswordInput = builder.inputType('ChangeExpiredPasswordInput', {
  description: 'Finishes a log-in that ended in `PasswordExpired`.',
  fields: (t) => ({
    transaction: t.id({ required: true, description: 'Of the `PasswordExpired` step.' }),
    currentPassword: t.string({ required: true, description: 'The expired one, once more.' }),
    newPassword: t.string({ required: true, description: 'Taken as it is. At most 256 bytes.' }),
  }),
});

builder.mutationField('changeExpiredPassword', (t) =>
  t.field({
    type: ChangeExpiredPasswordSuccess,
    description:
      'Replaces an expired password and logs in. Any answer but `ValidationFailed` uses the transaction up: after a rejected password, call `logIn` again for another one.',
    args: {
      input: t.arg({
        type: ChangeExpiredPasswordInput,
        required: true,
        description: 'The step and both passwords.',
      }),
    },
    errors: {
      types: [
        InvalidCredentials,
        AccountLocked,
        PasswordRejected,
        TransactionInvalid,
        LogInDenied,
        ValidationFailed,
      ],
      union: { name: 'ChangeExpiredPasswordResult', description: 'Tokens, or why not.' },
    },
    resolve: (_root, { input }, context) => changeExpiredPassword(input, context),
  }),
);

async function changeExpiredPassword(
  input: typeof ChangeExpiredPasswordInput.$inferInput,
  { identity, transactions, call }: Context,
): Promise<{ readonly tokens: Tokens }> {
  checkInput(input, { transaction: isToken, currentPassword: isPassword, newPassword: isPassword });
  const { transaction, currentPassword, newPassword } = input;
  const continuation = await transactions.open(transaction, 'CHANGE_EXPIRED_PASSWORD');
  const change = { continuation, currentPassword, newPassword };
  return { tokens: await identity.changeExpiredPassword(change, call) };
}
