import type { User, UserStatus } from '../identity/model.ts';
import { customerToken } from './access.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { callerError } from './top-level-errors.ts';
import { UserType } from './users.ts';

/** Okta has ended the sessions of these accounts; an access token of theirs is a leftover. */
const shut: readonly UserStatus[] = ['SUSPENDED', 'DEPROVISIONED'];

builder.queryField('me', (t) =>
  t.field({
    type: UserType,
    nullable: true,
    description:
      'The account of the customer whose access token is in the `Authorization` header. Null without the header. A token that is expired or no good, or whose account is gone or shut, is an error of the answer: `TOKEN_EXPIRED` or `TOKEN_INVALID`.',
    resolve: (_root, _args, context) => ownAccount(context),
  }),
);

async function ownAccount(context: Context): Promise<User | null> {
  const token = await customerToken(context);
  if (token === null) return null;
  const user = token.userId === null ? null : await context.users.load(token.userId);
  if (user === null || shut.includes(user.status)) throw callerError('TOKEN_INVALID');
  return user;
}
