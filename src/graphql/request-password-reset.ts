import { ValidationFailed } from '../identity/errors.ts';
import { answerNoSoonerThan } from './answer-floor.ts';
import { builder } from './builder.ts';
import { checkInput, isEmail, trimmed } from './input-rules.ts';

const ResetTokenDelivery = builder.enumType('ResetTokenDelivery', {
  description: 'How a reset token travels.',
  values: { EMAIL: { description: 'By a mail of the Okta org.' } },
});

const RequestPasswordResetSuccess = builder
  .objectRef<{ readonly delivery: typeof ResetTokenDelivery.$inferType }>(
    'RequestPasswordResetSuccess',
  )
  .implement({
    description:
      'If the address has an account that may reset its password, a reset token is on its way. The answer is the same if not.',
    fields: (t) => ({
      delivery: t.expose('delivery', {
        type: ResetTokenDelivery,
        description: 'How the token would travel.',
      }),
    }),
  });

const RequestPasswordResetInput = builder.inputType('RequestPasswordResetInput', {
  description: 'Who forgot their password.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'White space around it is dropped.' }),
  }),
});

builder.mutationField('requestPasswordReset', (t) =>
  t.field({
    type: RequestPasswordResetSuccess,
    description:
      'Sends a reset token by mail. The password stays good until `resetPassword`. Answers alike, and not sooner, for every address.',
    args: {
      input: t.arg({ type: RequestPasswordResetInput, required: true, description: 'Who.' }),
    },
    errors: {
      types: [ValidationFailed],
      union: { name: 'RequestPasswordResetResult', description: 'Accepted, or why not.' },
    },
    resolve: async (_root, { input }, { identity, accounts, call }) => {
      checkInput(input, { email: isEmail });
      await answerNoSoonerThan(accounts.answerFloorMs, () =>
        identity.requestPasswordReset(trimmed(input.email), call),
      );
      return { delivery: 'EMAIL' as const };
    },
  }),
);
