import type { User } from '../../identity/model.ts';
import { builder } from '../base/builder.ts';
import { ownAccount } from '../guards/access.ts';
import { AccountInterface, UserType } from './user.ts';

/** Fields that only the customer may ask for are added to it by the file of their feature. */
export const MeType = builder.objectRef<User>('Me').implement({
  interfaces: [AccountInterface],
  description:
    'The account of the calling customer: the profile, and what only the customer may see, such as sessions and factors.',
  fields: (t) => ({
    user: t.field({
      type: UserType,
      description:
        'The same account as an entity, to which other subgraphs of a federation add fields.',
      resolve: (user) => user,
    }),
  }),
});

builder.queryField('me', (t) =>
  t.field({
    type: MeType,
    nullable: true,
    description:
      'The account of the customer whose access token is in the `Authorization` header or, with the credentials of a service, in `X-Customer-Token`. Null without a header. A token that has expired or is not valid, or whose account is deleted or disabled, is an error of the answer: `TOKEN_EXPIRED` or `TOKEN_INVALID`. The token is checked as by `validateToken` with `LOCAL`: what was ended through this API shows at once, a revocation elsewhere when this API receives it, at the latest when the token expires. The account is not read each time either, so a disabled account may show as late as any change of a profile. Mutations read it.',
    resolve: async (_root, _args, context) => (await ownAccount(context))?.user ?? null,
  }),
);
