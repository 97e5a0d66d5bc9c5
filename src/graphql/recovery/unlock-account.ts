import { consumeLimits } from '../../callers/consume-limits.ts';
import { AccountLocked, UnlockTokenInvalid, ValidationFailed } from '../../identity/errors.ts';
import { builder } from '../base/builder.ts';
import { asToken, readInput, tokenRule } from '../guards/validation.ts';

const UnlockAccountSuccess = builder
  .objectRef<{ readonly passwordKept: boolean }>('UnlockAccountSuccess')
  .implement({
    description: 'The account is unlocked, and the customer can log in again.',
    fields: (t) => ({
      passwordKept: t.exposeBoolean('passwordKept', {
        description:
          'Always true: the password is unchanged. A customer who has forgotten it continues with `requestPasswordReset`.',
      }),
    }),
  });

const UnlockAccountInput = builder.inputType('UnlockAccountInput', {
  description: 'What `unlockAccount` needs: the token of the unlock mail.',
  fields: (t) => ({
    token: t.string({
      required: true,
      description: `The token that is in the unlock mail; it works once. ${tokenRule}`,
    }),
  }),
});

builder.mutationField('unlockAccount', (t) =>
  t.errorUnionField({
    description: 'Ends a lockout by the token of the unlock mail. It does not log in.',
    args: {
      input: t.arg({ type: UnlockAccountInput, required: true, description: 'The mailed token.' }),
    },
    types: [UnlockAccountSuccess, UnlockTokenInvalid, AccountLocked, ValidationFailed],
    union: {
      name: 'UnlockAccountResult',
      description: 'That the account is unlocked, or why it is not.',
      resolveType: () => UnlockAccountSuccess.name,
    },
    resolve: async (_root, { input }, context) => {
      const { token } = readInput(input, { token: asToken });
      const permit = await consumeLimits({ kind: 'PROOF' }, context);
      await context.identity.unlockAccount(token, context.call);
      await permit.refund();
      return { passwordKept: true };
    },
  }),
);
