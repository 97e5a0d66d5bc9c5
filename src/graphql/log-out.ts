import { ValidationFailed } from '../identity/errors.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { checkInput, isToken } from './input-rules.ts';

const TokenKind = builder.enumType('TokenKind', {
  description: 'A kind of token.',
  values: {
    ACCESS_TOKEN: { value: 'access_token', description: 'An access token.' },
    REFRESH_TOKEN: { value: 'refresh_token', description: 'A refresh token.' },
  },
});
type TokenKind = typeof TokenKind.$inferType;

interface Revoked {
  readonly revoked: readonly TokenKind[];
}

const LogOutSuccess = builder.objectRef<Revoked>('LogOutSuccess').implement({
  description: 'The session on this device is over; those on other devices go on.',
  fields: (t) => ({
    revoked: t.expose('revoked', {
      type: [TokenKind],
      description:
        'The tokens that were sent: Okta accepts none of them any more, and does not say whether it ever did. A backend that checks access tokens locally sees it when the token expires.',
    }),
  }),
});

const LogOutInput = builder.inputType('LogOutInput', {
  description: 'The tokens of the session to end: both, or the one at hand.',
  fields: (t) => ({
    refreshToken: t.string({ description: 'Without it the session can still be refreshed.' }),
    accessToken: t.string({ description: 'Without it the access token lives to its end.' }),
  }),
});

builder.mutationField('logOut', (t) =>
  t.field({
    type: LogOutSuccess,
    description: 'Ends one session. Succeeds for unknown and ended tokens too.',
    args: { input: t.arg({ type: LogOutInput, required: true, description: 'Which session.' }) },
    errors: {
      types: [ValidationFailed],
      union: { name: 'LogOutResult', description: 'Done, or why not.' },
    },
    resolve: (_root, { input }, context) => logOut(input, context),
  }),
);

async function logOut(
  { refreshToken, accessToken }: typeof LogOutInput.$inferInput,
  { identity, call }: Context,
): Promise<Revoked> {
  checkInput({ refreshToken, accessToken }, { refreshToken: isToken, accessToken: isToken });
  const sent = new Map<TokenKind, string>();
  if (refreshToken) sent.set('refresh_token', refreshToken);
  if (accessToken) sent.set('access_token', accessToken);
  if (sent.size === 0) throw new ValidationFailed([{ path: 'refreshToken', problem: 'REQUIRED' }]);
  await Promise.all([...sent].map(([kind, token]) => identity.revoke(token, kind, call)));
  return { revoked: [...sent.keys()] };
}
