import {
  AccountLocked,
  PasswordRejected,
  ResetTokenInvalid,
  ValidationFailed,
} from '../identity/errors.ts';
import { builder } from './builder.ts';
import { checkInput, isPassword, isToken } from './input-rules.ts';

const ResetPasswordSuccess = builder
  .objectRef<{ readonly sessionsEnded: boolean }>('ResetPasswordSuccess')
  .implement({
    description: 'The new password is set. Log in with it.',
    fields: (t) => ({
      sessionsEnded: t.exposeBoolean('sessionsEnded', {
        description:
          'True: no refresh token of the account from before works any more. Access tokens that are checked locally live to their end.',
      }),
    }),
  });

const ResetPasswordInput = builder.inputType('ResetPasswordInput', {
  description: 'The token of the mail and the new password.',
  fields: (t) => ({
    resetToken: t.string({ required: true, description: 'Of the mail. It works once.' }),
    newPassword: t.string({ required: true, description: 'Taken as it is. At most 256 bytes.' }),
  }),
});

builder.mutationField('resetPassword', (t) =>
  t.field({
    type: ResetPasswordSuccess,
    description: 'Sets a new password by the token of the reset mail and ends every session.',
    args: {
      input: t.arg({
        type: ResetPasswordInput,
        required: true,
        description: 'Proof and password.',
      }),
    },
    errors: {
      types: [ResetTokenInvalid, AccountLocked, PasswordRejected, ValidationFailed],
      union: { name: 'ResetPasswordResult', description: 'Done, or why not.' },
    },
    resolve: async (_root, { input }, { identity, call }) => {
      checkInput(input, { resetToken: isToken, newPassword: isPassword });
      await identity.resetPassword(input.resetToken, input.newPassword, call);
      return { sessionsEnded: true };
    },
  }),
);
