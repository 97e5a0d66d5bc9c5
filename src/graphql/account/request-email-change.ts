import { consumeCustomerLimits } from '../../callers/consume-limits.ts';
import {
  AccountLocked,
  EmailTaken,
  InvalidCredentials,
  LogInDenied,
  ValidationFailed,
} from '../../identity/errors.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { requireOwnAccount } from '../guards/access.ts';
import { withMinDuration } from '../guards/min-duration.ts';
import { asAddress, asPassword, loginRule, readInput } from '../guards/validation.ts';

interface Requested {
  readonly transaction: string;
  readonly expiresAt: Date;
}

const RequestEmailChangeSuccess = builder
  .objectRef<Requested>('RequestEmailChangeSuccess')
  .implement({
    description:
      'A code was sent to the new address, and a notice to the current one. Under `ENUMERATION=strict` the answer is the same if another account has the address; then no mail is sent, and no code is accepted.',
    fields: (t) => ({
      transaction: t.exposeString('transaction', {
        description:
          'Handle of this change, to be sent with `confirmEmailChange`. It is sealed for this customer, and as secret as a token.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'When the transaction and the mailed code expire.',
      }),
    }),
  });

const RequestEmailChangeInput = builder.inputType('RequestEmailChangeInput', {
  description: 'What `requestEmailChange` needs: the new address, and the password.',
  fields: (t) => ({
    newEmail: t.string({
      required: true,
      description: `The address to change to. 5 to 100 characters. ${loginRule}`,
    }),
    password: t.string({
      required: true,
      description: 'The password of the account, used unchanged. It confirms the change.',
    }),
  }),
});

builder.mutationField('requestEmailChange', (t) =>
  t.errorUnionField({
    description:
      'Mails a code to a new address of the customer; nothing changes until `confirmEmailChange`. Needs the access token of the customer, and the password again, which counts as an attempt to log in. An account that cannot log in by password alone answers `LogInDenied`.',
    args: {
      input: t.arg({
        type: RequestEmailChangeInput,
        required: true,
        description: 'The new address and the password.',
      }),
    },
    types: [
      RequestEmailChangeSuccess,
      InvalidCredentials,
      AccountLocked,
      LogInDenied,
      EmailTaken,
      ValidationFailed,
    ],
    union: {
      name: 'RequestEmailChangeResult',
      description: 'The transaction to continue with, or why no mail was sent.',
      resolveType: () => RequestEmailChangeSuccess.name,
    },
    resolve: (_root, { input }, context) =>
      withMinDuration(context.accounts.answerFloorMs, () => requestEmailChange(input, context)),
  }),
);

async function requestEmailChange(
  input: typeof RequestEmailChangeInput.$inferInput,
  context: Context,
): Promise<Requested> {
  const { newEmail, password } = readInput(input, { newEmail: asAddress, password: asPassword });
  const permit = await consumeCustomerLimits('REAUTHENTICATION', context);
  const { user } = await requireOwnAccount(context);
  const isOwn = [user.email, user.login].every(
    (name) => name.toLowerCase() === newEmail.toLowerCase(),
  );
  if (isOwn) throw new ValidationFailed([{ field: 'newEmail', problem: 'NOT_ALLOWED' }]);

  const { identity, transactions, accounts, users, call } = context;
  const change = { newEmail, password };
  // It undoes a change of before that was not finished.
  const request = () => identity.requestEmailChange(user, change, call);
  const requested = await users.change(user.id, request);
  await permit.refund();
  if (requested.taken && accounts.enumeration === 'open') throw new EmailTaken();
  const { continuation: state, expiresAt } = requested;
  const bounds = { purpose: 'CHANGE_EMAIL', caller: `customer ${user.id}` } as const;
  return { transaction: await transactions.seal({ ...bounds, state, expiresAt }), expiresAt };
}
