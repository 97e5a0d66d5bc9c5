import { ValidationFailed } from '../../identity/errors.ts';
import { builder } from '../base/builder.ts';
import {
  accountAddressInput,
  requestMailedToken,
  tokenRequestedType,
} from '../recovery/request-mail.ts';

const ResendVerificationEmailSuccess = tokenRequestedType(
  'ResendVerificationEmailSuccess',
  'If the address has an account that waits for its verification, a token is on its way. The answer is the same if not.',
);

const ResendVerificationEmailInput = accountAddressInput(
  'ResendVerificationEmailInput',
  'What `resendVerificationEmail` needs: the e-mail address of the account.',
);

builder.mutationField('resendVerificationEmail', (t) =>
  t.field({
    type: ResendVerificationEmailSuccess,
    description:
      'Sends the mail with the token for `verifyEmail` again. An account that an administrator has staged with a password gets none: only they can activate it. Answers alike, and not sooner, for every address.',
    args: {
      input: t.arg({
        type: ResendVerificationEmailInput,
        required: true,
        description: 'The e-mail address of the account.',
      }),
    },
    errors: {
      types: [ValidationFailed],
      union: {
        name: 'ResendVerificationEmailResult',
        description: 'That the request was taken, whatever becomes of it, or why it was not.',
      },
    },
    resolve: (_root, { input }, context) =>
      requestMailedToken(
        { kind: 'VERIFICATION_MAIL', email: input.email },
        context,
        (email, call) => context.identity.verificationMail(email, call),
      ),
  }),
);
