import { consumeCustomerLimits } from '../../callers/consume-limits.ts';
import { EmailTaken, TransactionInvalid, ValidationFailed } from '../../identity/errors.ts';
import type { User } from '../../identity/model.ts';
import { EmailCodeInvalid } from '../../identity/own-account-errors.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { requireOwnAccount } from '../guards/access.ts';
import { withMinDuration } from '../guards/min-duration.ts';
import { asCode, asToken, codeRule, readInput } from '../guards/validation.ts';
import { MeType } from '../types/me.ts';
import '../errors/own-account-errors.ts';

const ConfirmEmailChangeSuccess = builder
  .objectRef<{ readonly user: User }>('ConfirmEmailChangeSuccess')
  .implement({
    description: 'The account has the new address: log in with it from now on.',
    fields: (t) => ({
      user: t.expose('user', { type: MeType, description: 'The account, with the new address.' }),
    }),
  });

const ConfirmEmailChangeInput = builder.inputType('ConfirmEmailChangeInput', {
  description:
    'What `confirmEmailChange` needs: the transaction of `requestEmailChange`, and the mailed code.',
  fields: (t) => ({
    transaction: t.string({
      required: true,
      description: 'The `transaction` of `RequestEmailChangeSuccess`.',
    }),
    code: t.string({
      required: true,
      description: `The code that was mailed to the new address. ${codeRule}`,
    }),
  }),
});

builder.mutationField('confirmEmailChange', (t) =>
  t.errorUnionField({
    description:
      'Changes the address of the customer, and the name to log in with, by the code in the mail. Needs the access token of the customer. Sessions continue. After `UpstreamUnavailable` it can be sent again as it was; once the transaction has ended, begin again with `requestEmailChange`, since the address may be changed already and the name to log in with not.',
    args: {
      input: t.arg({
        type: ConfirmEmailChangeInput,
        required: true,
        description: 'The transaction and the mailed code.',
      }),
    },
    types: [
      ConfirmEmailChangeSuccess,
      EmailCodeInvalid,
      TransactionInvalid,
      EmailTaken,
      ValidationFailed,
    ],
    union: {
      name: 'ConfirmEmailChangeResult',
      description: 'That the address is changed, or why it is not.',
      resolveType: () => ConfirmEmailChangeSuccess.name,
    },
    resolve: (_root, { input }, context) =>
      withMinDuration(context.accounts.answerFloorMs, () => confirmEmailChange(input, context)),
  }),
);

async function confirmEmailChange(
  input: typeof ConfirmEmailChangeInput.$inferInput,
  context: Context,
): Promise<{ readonly user: User }> {
  const { transaction, code } = readInput(input, { transaction: asToken, code: asCode });
  const permit = await consumeCustomerLimits('PROOF', context);
  const { user } = await requireOwnAccount(context);
  const { identity, transactions, users, call } = context;
  const caller = `customer ${user.id}`;
  const bounds = { purpose: 'CHANGE_EMAIL', caller, signal: call.signal } as const;
  const changed = await transactions.attempt(transaction, bounds, async (opened) => {
    const step = { continuation: opened.state, code };
    const confirm = () => identity.confirmEmailChange(step, call);
    return { result: await users.change(user.id, confirm), done: true };
  });
  await permit.refund();
  users.set(changed);
  return { user: changed };
}
