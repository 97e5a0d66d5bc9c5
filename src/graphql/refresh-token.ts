import { RefreshTokenRejected, ValidationFailed } from '../identity/errors.ts';
import type { Tokens } from '../identity/model.ts';
import { builder } from './builder.ts';
import { checkInput, isToken } from './input-rules.ts';
import { TokensType } from './tokens.ts';

const RefreshTokenSuccess = builder
  .objectRef<{ readonly tokens: Tokens }>('RefreshTokenSuccess')
  .implement({
    description: 'The session goes on.',
    fields: (t) => ({
      tokens: t.expose('tokens', {
        type: TokensType,
        description: 'Replace all tokens of the session by these, the refresh token too.',
      }),
    }),
  });

const RefreshTokenInput = builder.inputType('RefreshTokenInput', {
  description: 'The session to go on with.',
  fields: (t) => ({
    refreshToken: t.string({ required: true, description: 'The newest one of the session.' }),
  }),
});

builder.mutationField('refreshToken', (t) =>
  t.field({
    type: RefreshTokenSuccess,
    description:
      'Gives new tokens for a refresh token. Only `RefreshTokenRejected` means that the session is over; after any other error keep the tokens and try again.',
    args: {
      input: t.arg({ type: RefreshTokenInput, required: true, description: 'Which session.' }),
    },
    errors: {
      types: [RefreshTokenRejected, ValidationFailed],
      union: { name: 'RefreshTokenResult', description: 'New tokens, or why not.' },
    },
    resolve: async (_root, { input }, { identity, call }) => {
      checkInput(input, { refreshToken: isToken });
      return { tokens: await identity.refresh(input.refreshToken, call) };
    },
  }),
);
