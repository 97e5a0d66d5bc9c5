import type { Tokens } from '../../identity/model.ts';
import { builder } from '../base/builder.ts';

export const TokensType = builder.objectRef<Tokens>('Tokens').implement({
  description:
    'The tokens of one session, as Okta issued them. Whoever holds them is the customer: keep them on the server or in memory, never in a URL.',
  fields: (t) => ({
    accessToken: t.exposeString('accessToken', {
      description:
        'To be sent as `Authorization: Bearer …` to this API and to the backends that accept it.',
    }),
    tokenType: t.string({
      description:
        'The scheme to send the access token under in the `Authorization` header: always `Bearer`.',
      resolve: () => 'Bearer',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When the access token expires; refresh the session before.',
    }),
    refreshToken: t.exposeString('refreshToken', {
      nullable: true,
      description:
        'For the mutation `refreshToken`, which gives a successor: keep the newest. Null where the app has no `offline_access`.',
    }),
    idToken: t.exposeString('idToken', {
      nullable: true,
      description:
        'OpenID Connect ID token: about the customer, for the frontend alone, never sent to an API. Null where `openid` was not granted.',
    }),
    scopes: t.exposeStringList('scopes', {
      description: 'The scopes that the access token grants.',
    }),
  }),
});
