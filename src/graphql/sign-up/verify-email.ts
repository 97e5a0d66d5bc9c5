import { consumeLimits } from '../../callers/consume-limits.ts';
import {
  PasswordRejected,
  ValidationFailed,
  VerificationTokenInvalid,
} from '../../identity/errors.ts';
import type { Tokens } from '../../identity/model.ts';
import { builder } from '../base/builder.ts';
import { asPassword, asToken, readInput, tokenRule } from '../guards/validation.ts';
import { redeemMailProof } from '../recovery/redeem-mail-token.ts';
import { TokensType } from '../types/token-set.ts';

const VerifyEmailSuccess = builder
  .objectRef<{ readonly tokens: Tokens | null }>('VerifyEmailSuccess')
  .implement({
    description: 'The e-mail address is verified, the password is set, and the account can log in.',
    fields: (t) => ({
      tokens: t.expose('tokens', {
        type: TokensType,
        nullable: true,
        description:
          'The first session. Null if the first log-in did not succeed (call `logIn`, which says why), and for an account that already had a password: it keeps that one.',
      }),
    }),
  });

const VerifyEmailInput = builder.inputType('VerifyEmailInput', {
  description:
    'What `verifyEmail` needs: the token of the verification mail, and the first password.',
  fields: (t) => ({
    token: t.string({
      required: true,
      description: `The token that is in the verification mail; it works once. For another try after \`PasswordRejected\`, the \`retryTransaction\` of that answer. ${tokenRule}`,
    }),
    password: t.string({
      required: true,
      description: 'The first password, used unchanged, white space included. At most 256 bytes.',
    }),
  }),
});

builder.mutationField('verifyEmail', (t) =>
  t.errorUnionField({
    description:
      'Finishes a sign-up with the token of the verification mail: sets the first password and logs in. The token works for one try: after `PasswordRejected` send the `retryTransaction` of that answer instead.',
    args: {
      input: t.arg({
        type: VerifyEmailInput,
        required: true,
        description: 'The mailed token and the first password.',
      }),
    },
    types: [VerifyEmailSuccess, VerificationTokenInvalid, PasswordRejected, ValidationFailed],
    union: {
      name: 'VerifyEmailResult',
      description: 'That the account is ready, or why it is not.',
      resolveType: () => VerifyEmailSuccess.name,
    },
    resolve: async (_root, { input }, context) => {
      const { token, password } = readInput(input, { token: asToken, password: asPassword });
      const permit = await consumeLimits({ kind: 'PROOF' }, context);
      const { identity, call } = context;
      const tokens = await redeemMailProof(
        {
          token,
          purpose: 'VERIFY_EMAIL',
          invalid: () => new VerificationTokenInvalid(),
          redeem: (proof) => identity.verifyEmail(proof, password, call),
        },
        context,
      );
      await permit.refund();
      return { tokens };
    },
  }),
);
