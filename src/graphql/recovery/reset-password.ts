import { consumeLimits } from '../../callers/consume-limits.ts';
import {
  AccountLocked,
  PasswordRejected,
  ResetTokenInvalid,
  ValidationFailed,
} from '../../identity/errors.ts';
import { newPasswordField } from '../account/password-fields.ts';
import { builder } from '../base/builder.ts';
import { asPassword, asToken, readInput, tokenRule } from '../guards/validation.ts';
import { redeemMailProof } from './redeem-mail-token.ts';

const ResetPasswordSuccess = builder
  .objectRef<{ readonly sessionsEnded: boolean }>('ResetPasswordSuccess')
  .implement({
    description:
      'The new password is set, and the account is logged out everywhere. Continue with `logIn` and the new password.',
    fields: (t) => ({
      sessionsEnded: t.exposeBoolean('sessionsEnded', {
        description:
          'Always true: no earlier refresh token works any more. This API refuses earlier access tokens too; backends that check tokens by themselves accept them until they expire.',
      }),
    }),
  });

const ResetPasswordInput = builder.inputType('ResetPasswordInput', {
  description: 'What `resetPassword` needs: the token of the reset mail, and the new password.',
  fields: (t) => ({
    resetToken: t.string({
      required: true,
      description: `The token that is in the reset mail; it works once. For another try after \`PasswordRejected\`, the \`retryTransaction\` of that answer. ${tokenRule}`,
    }),
    newPassword: t.string(newPasswordField),
  }),
});

builder.mutationField('resetPassword', (t) =>
  t.errorUnionField({
    description:
      'Sets a new password by the token of the mail that `requestPasswordReset` sent, and ends every session. The token is used up by the first try: after `PasswordRejected` send the `retryTransaction` of that answer in its place.',
    args: {
      input: t.arg({
        type: ResetPasswordInput,
        required: true,
        description: 'The mailed token and the new password.',
      }),
    },
    types: [
      ResetPasswordSuccess,
      ResetTokenInvalid,
      AccountLocked,
      PasswordRejected,
      ValidationFailed,
    ],
    union: {
      name: 'ResetPasswordResult',
      description: 'That the password is set, or why it is not.',
      resolveType: () => ResetPasswordSuccess.name,
    },
    resolve: async (_root, { input }, context) => {
      const { resetToken: token, newPassword } = readInput(input, {
        resetToken: asToken,
        newPassword: asPassword,
      });
      const permit = await consumeLimits({ kind: 'PROOF' }, context);
      const { identity, call } = context;
      await redeemMailProof(
        {
          token,
          purpose: 'RESET_PASSWORD',
          invalid: () => new ResetTokenInvalid(),
          redeem: (proof) => identity.resetPassword(proof, newPassword, call),
        },
        context,
      );
      await permit.refund();
      return { sessionsEnded: true };
    },
  }),
);
