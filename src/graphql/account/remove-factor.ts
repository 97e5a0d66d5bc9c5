import {
  AccountLocked,
  InvalidCredentials,
  LogInDenied,
  ValidationFailed,
} from '../../identity/errors.ts';
import { FactorNotAllowed, FactorNotFound } from '../../identity/mfa-errors.ts';
import { builder } from '../base/builder.ts';
import { reauthenticate } from '../guards/reauthenticate.ts';
import { asId, asPassword, readInput } from '../guards/validation.ts';

const RemoveFactorSuccess = builder
  .objectRef<{ readonly factorId: string }>('RemoveFactorSuccess')
  .implement({
    description: 'The factor is removed, and another one of its kind can be set up.',
    fields: (t) => ({
      factorId: t.exposeID('factorId', { description: 'The id of the factor that is gone.' }),
    }),
  });

const RemoveFactorInput = builder.inputType('RemoveFactorInput', {
  description: 'What `removeFactor` needs: the factor, and the password.',
  fields: (t) => ({
    factorId: t.id({ required: true, description: 'The `id` of one of `me { factors }`.' }),
    password: t.string({
      required: true,
      description: 'The password of the account, used unchanged. It confirms the removal.',
    }),
  }),
});

builder.mutationField('removeFactor', (t) =>
  t.errorUnionField({
    description:
      'Removes a second factor, active or pending, of the customer whose access token is sent. Needs the password again, which counts as an attempt to log in. Removing the push of Okta Verify also removes its codes.',
    args: {
      input: t.arg({
        type: RemoveFactorInput,
        required: true,
        description: 'The factor to remove and the password.',
      }),
    },
    types: [
      RemoveFactorSuccess,
      InvalidCredentials,
      FactorNotFound,
      FactorNotAllowed,
      AccountLocked,
      LogInDenied,
      ValidationFailed,
    ],
    union: {
      name: 'RemoveFactorResult',
      description: 'That the factor is removed, or why it is not.',
      resolveType: () => RemoveFactorSuccess.name,
    },
    resolve: async (_root, { input }, context) => {
      const { factorId, password } = readInput(input, { factorId: asId, password: asPassword });
      const user = await reauthenticate(password, context);
      await context.identity.removeFactor({ userId: user.id, factorId }, context.call);
      return { factorId };
    },
  }),
);
