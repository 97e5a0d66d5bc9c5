import { ValidationFailed } from '../identity/errors.ts';
import { admit } from './admit.ts';
import { builder } from './builder.ts';
import { checkInput, isEmail, trimmed } from './input-rules.ts';
import { mailBehindAnswer } from './mail-behind-answer.ts';
import { byEmail, TokenDelivery, type TokenRequested } from './token-delivery.ts';

const RequestUnlockSuccess = builder.objectRef<TokenRequested>('RequestUnlockSuccess').implement({
  description:
    'If the address has a locked account, an unlock token is on its way. The answer is the same if not.',
  fields: (t) => ({
    delivery: t.expose('delivery', {
      type: TokenDelivery,
      description: 'The way by which the token is sent, if there is such an account.',
    }),
  }),
});

const RequestUnlockInput = builder.inputType('RequestUnlockInput', {
  description: 'What `requestUnlock` needs: the e-mail address of the account.',
  fields: (t) => ({
    email: t.string({
      required: true,
      description: 'The e-mail address of the account. White space around it is dropped.',
    }),
  }),
});

builder.mutationField('requestUnlock', (t) =>
  t.field({
    type: RequestUnlockSuccess,
    description:
      'Sends the token for `unlockAccount` by mail, where too many wrong passwords have locked the account. Answers alike, and not sooner, for every address.',
    args: {
      input: t.arg({
        type: RequestUnlockInput,
        required: true,
        description: 'The e-mail address of the account.',
      }),
    },
    errors: {
      types: [ValidationFailed],
      union: {
        name: 'RequestUnlockResult',
        description: 'That the request was taken, whatever becomes of it, or why it was not.',
      },
    },
    resolve: async (_root, { input }, context) => {
      checkInput(input, { email: isEmail });
      await admit({ kind: 'UNLOCK_MAIL', account: input.email }, context);
      await mailBehindAnswer('UNLOCK_MAIL', context, (call) =>
        context.identity.unlockMail(trimmed(input.email), call),
      );
      return byEmail;
    },
  }),
);
