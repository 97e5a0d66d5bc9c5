import { consumeLimits } from '../../callers/consume-limits.ts';
import { RefreshTokenRejected, ValidationFailed } from '../../identity/errors.ts';
import type { Refreshed } from '../../refresh/refreshes.ts';
import { builder } from '../base/builder.ts';
import { asToken, readInput, tokenRule } from '../guards/validation.ts';
import { TokensType } from '../types/token-set.ts';

const RefreshTokenSuccess = builder.objectRef<Refreshed>('RefreshTokenSuccess').implement({
  description: 'The session continues with new tokens.',
  fields: (t) => ({
    tokens: t.expose('tokens', {
      type: TokensType,
      description: 'Replace all tokens of the session with these, including the refresh token.',
    }),
    replayed: t.exposeBoolean('replayed', {
      description:
        'True if the refresh was made for another caller who sent the same token at the same time or a moment ago (a tab, a renderer, a lost answer). All of them get these tokens.',
    }),
  }),
});

const RefreshTokenInput = builder.inputType('RefreshTokenInput', {
  description: 'What `refreshToken` needs: the refresh token of the session.',
  fields: (t) => ({
    refreshToken: t.string({
      required: true,
      description: `The latest refresh token of the session. ${tokenRule}`,
    }),
  }),
});

builder.mutationField('refreshToken', (t) =>
  t.errorUnionField({
    description:
      'Gives new tokens for a refresh token. Callers who send the same one at once all get the same new tokens, and so does one who tries again within the grace window. Only `RefreshTokenRejected` means that the session has ended; after any other error keep the tokens and try again.',
    args: {
      input: t.arg({
        type: RefreshTokenInput,
        required: true,
        description: 'The refresh token of the session.',
      }),
    },
    types: [RefreshTokenSuccess, RefreshTokenRejected, ValidationFailed],
    union: {
      name: 'RefreshTokenResult',
      description: 'The new tokens, or why there are none.',
      resolveType: () => RefreshTokenSuccess.name,
    },
    resolve: async (_root, { input }, context) => {
      const { refreshToken: token } = readInput(input, { refreshToken: asToken });
      const permit = await consumeLimits({ kind: 'REFRESH', token }, context);
      const refreshed = await context.refreshes.refresh(token, context.call);
      await permit.refund();
      return refreshed;
    },
  }),
);
