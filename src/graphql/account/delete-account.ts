import {
  AccountLocked,
  InvalidCredentials,
  LogInDenied,
  ValidationFailed,
} from '../../identity/errors.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { customerTokenEvenRevoked } from '../guards/access.ts';
import { reauthenticate } from '../guards/reauthenticate.ts';
import { asPassword, readInput } from '../guards/validation.ts';

interface Deleted {
  readonly userId: string;
}

const DeleteAccountSuccess = builder.objectRef<Deleted>('DeleteAccountSuccess').implement({
  description:
    'The account and its sessions are deleted for good. A backend that checks access tokens by itself sees it when the last one expires; `validateToken` sees it at once.',
  fields: (t) => ({
    userId: t.exposeID('userId', {
      description:
        'The user id of the deleted account, under which other systems may still hold data.',
    }),
  }),
});

const DeleteAccountInput = builder.inputType('DeleteAccountInput', {
  description: 'What `deleteAccount` needs: the password of the account.',
  fields: (t) => ({
    password: t.string({
      required: true,
      description: 'The password of the account, used unchanged. It confirms the deletion.',
    }),
  }),
});

builder.mutationField('deleteAccount', (t) =>
  t.errorUnionField({
    description:
      'Deletes the account of the customer: it cannot be undone. Needs the access token of the customer, and the password again, which counts as an attempt to log in. Succeeds for an account that is gone, so that it can be sent again where an answer was lost; after `UpstreamUnavailable` the account may be deactivated already, and then sending it again to the same process deletes it, while every other field answers `TOKEN_INVALID`.',
    args: {
      input: t.arg({
        type: DeleteAccountInput,
        required: true,
        description: 'The password of the account.',
      }),
    },
    types: [DeleteAccountSuccess, InvalidCredentials, AccountLocked, LogInDenied, ValidationFailed],
    union: {
      name: 'DeleteAccountResult',
      description: 'That the account is deleted, or why it is not.',
      resolveType: () => DeleteAccountSuccess.name,
    },
    resolve: (_root, { input }, context) => deleteAccount(input, context),
  }),
);

async function deleteAccount(
  input: typeof DeleteAccountInput.$inferInput,
  context: Context,
): Promise<Deleted> {
  const { password } = readInput(input, { password: asPassword });
  const gone = await goneAlready(context);
  if (gone !== null) return gone;
  const user = await reauthenticate(password, context);
  const { users, identity, call } = context;
  await users.change(user.id, () => identity.deleteAccount(user.id, call));
  return { userId: user.id };
}

/** By an earlier call, whose password was right: a shut account has none to ask for. */
async function goneAlready(context: Context): Promise<Deleted | null> {
  const userId = (await customerTokenEvenRevoked(context))?.userId ?? null;
  if (userId === null) return null;
  const { users, identity, call } = context;
  const user = await users.loadFresh(userId);
  if (user === null) return { userId };
  if (user.status !== 'DEPROVISIONED') return null;
  const finish = () => identity.finishDeletion(userId, call);
  return (await users.change(userId, finish)) ? { userId } : null;
}
