import { ValidationFailed } from '../identity/errors.ts';
import { admit } from './admit.ts';
import { builder } from './builder.ts';
import { checkInput, isEmail, trimmed } from './input-rules.ts';
import { mailBehindAnswer } from './mail-behind-answer.ts';
import { byEmail, TokenDelivery, type TokenRequested } from './token-delivery.ts';

const ResendVerificationEmailSuccess = builder
  .objectRef<TokenRequested>('ResendVerificationEmailSuccess')
  .implement({
    description:
      'If the address has an account that waits for its verification, a token is on its way. The answer is the same if not.',
    fields: (t) => ({
      delivery: t.expose('delivery', {
        type: TokenDelivery,
        description: 'The way by which the token is sent, if there is such an account.',
      }),
    }),
  });

const ResendVerificationEmailInput = builder.inputType('ResendVerificationEmailInput', {
  description: 'What `resendVerificationEmail` needs: the e-mail address of the account.',
  fields: (t) => ({
    email: t.string({
      required: true,
      description: 'The e-mail address of the account. White space around it is dropped.',
    }),
  }),
});

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
    resolve: async (_root, { input }, context) => {
      checkInput(input, { email: isEmail });
      await admit({ kind: 'VERIFICATION_MAIL', account: input.email }, context);
      await mailBehindAnswer('VERIFICATION_MAIL', context, (call) =>
        context.identity.verificationMail(trimmed(input.email), call),
      );
      return byEmail;
    },
  }),
);
