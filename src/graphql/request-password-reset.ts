import { ValidationFailed } from '../identity/errors.ts';
import { admit } from './admit.ts';
import { builder } from './builder.ts';
import { checkInput, isEmail, trimmed } from './input-rules.ts';
import { mailBehindAnswer } from './mail-behind-answer.ts';
import { byEmail, TokenDelivery, type TokenRequested } from './token-delivery.ts';

const RequestPasswordResetSuccess = builder
  .objectRef<TokenRequested>('RequestPasswordResetSuccess')
  .implement({
    description:
      'If the address has an account that may reset its password, a reset token is on its way. The answer is the same if not.',
    fields: (t) => ({
      delivery: t.expose('delivery', {
        type: TokenDelivery,
        description: 'The way by which the token is sent, if there is such an account.',
      }),
    }),
  });

const RequestPasswordResetInput = builder.inputType('RequestPasswordResetInput', {
  description: 'What `requestPasswordReset` needs: the e-mail address of the account.',
  fields: (t) => ({
    email: t.string({
      required: true,
      description: 'The e-mail address of the account. White space around it is dropped.',
    }),
  }),
});

builder.mutationField('requestPasswordReset', (t) =>
  t.field({
    type: RequestPasswordResetSuccess,
    description:
      'Sends a reset token by mail. The password stays good until `resetPassword`. An account that a new password would not help gets the mail that does: one that was never verified that of `resendVerificationEmail`, a locked one that of `requestUnlock`, a disabled one none, and none one that an administrator has staged with a password, which only they can activate. Answers alike, and not sooner, for every address.',
    args: {
      input: t.arg({
        type: RequestPasswordResetInput,
        required: true,
        description: 'The e-mail address of the account.',
      }),
    },
    errors: {
      types: [ValidationFailed],
      union: {
        name: 'RequestPasswordResetResult',
        description: 'That the request was taken, whatever becomes of it, or why it was not.',
      },
    },
    resolve: async (_root, { input }, context) => {
      checkInput(input, { email: isEmail });
      await admit({ kind: 'RESET_MAIL', account: input.email }, context);
      await mailBehindAnswer('RESET_MAIL', context, (call) =>
        context.identity.passwordResetMail(trimmed(input.email), call),
      );
      return byEmail;
    },
  }),
);
