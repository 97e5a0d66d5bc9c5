import { ValidationFailed } from '../../identity/errors.ts';
import { builder } from '../base/builder.ts';
import { accountAddressInput, requestMailedToken, tokenRequestedType } from './request-mail.ts';

const RequestPasswordResetSuccess = tokenRequestedType(
  'RequestPasswordResetSuccess',
  'If the address has an account that may reset its password, a reset token is on its way. The answer is the same if not.',
);

const RequestPasswordResetInput = accountAddressInput(
  'RequestPasswordResetInput',
  'What `requestPasswordReset` needs: the e-mail address of the account.',
);

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
    resolve: (_root, { input }, context) =>
      requestMailedToken({ kind: 'RESET_MAIL', email: input.email }, context, (email, call) =>
        context.identity.passwordResetMail(email, call),
      ),
  }),
);
