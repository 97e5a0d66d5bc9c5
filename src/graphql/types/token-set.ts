import type { Tokens } from '../../identity/model.ts';
import { builder } from '../base/builder.ts';

export const TokensType = builder.objectRef<Tokens>('Tokens').implement({
  description:
    'The tokens of one session, as Okta issued them. Anyone who holds them can act as the customer: keep them on the server or in memory, never in a URL.',
  fields: (t) => ({
    accessToken: t.exposeString('accessToken', {
      description:
        'To be sent as `Authorization: Bearer …` to this API and to the backends that accept it.',
    }),
    tokenType: t.string({
      description:
        'The scheme for the access token in the `Authorization` header: always `Bearer`.',
      resolve: () => 'Bearer',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When the access token expires; refresh the session before then.',
    }),
    refreshToken: t.exposeString('refreshToken', {
      nullable: true,
      description:
        'For the mutation `refreshToken`, which returns a successor: keep the newest. Null if the app has no `offline_access`.',
    }),
    idToken: t.exposeString('idToken', {
      nullable: true,
      description:
        'OpenID Connect ID token about the customer. It is for the frontend only: never send it to an API. Null if `openid` was not granted.',
    }),
    scopes: t.exposeStringList('scopes', {
      description: 'The scopes that the access token grants.',
    }),
  }),
});
