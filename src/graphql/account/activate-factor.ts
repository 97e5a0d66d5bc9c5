import { consumeCustomerLimits, consumeLimits } from '../../callers/consume-limits.ts';
import {
  AccountLocked,
  LogInDenied,
  TransactionInvalid,
  ValidationFailed,
} from '../../identity/errors.ts';
import type { Factor } from '../../identity/mfa.ts';
import { FactorNotAllowed, FactorNotFound, MfaCodeInvalid } from '../../identity/mfa-errors.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { requireOwnAccount } from '../guards/access.ts';
import { finishStep } from '../guards/pending-step.ts';
import { asCode, asId, asToken, codeRule, readInput } from '../guards/validation.ts';
import { FactorObject } from '../types/factor.ts';
import {
  type LogInAnswer,
  logInMembers,
  memberOf,
  settleLogIn,
  toLogInAnswer,
} from '../types/log-in-result.ts';

interface Activated {
  readonly member: 'ActivateFactorSuccess';
  readonly factor: Factor;
}

const ActivateFactorSuccess = builder.objectRef<Activated>('ActivateFactorSuccess').implement({
  description: 'The factor is set up: from now on a log-in may ask for it. The session continues.',
  fields: (t) => ({
    factor: t.expose('factor', {
      type: FactorObject,
      description: 'The factor, which is `ACTIVE` now.',
    }),
  }),
});

const ActivateFactorInput = builder.inputType('ActivateFactorInput', {
  description: 'What `activateFactor` needs: the factor and its first code.',
  fields: (t) => ({
    factorId: t.id({ required: true, description: 'The `id` of `EnrollFactorSuccess.factor`.' }),
    code: t.string({
      required: true,
      description: `The code that was sent, or that the app shows: 4 to 10 digits. ${codeRule}`,
    }),
    transaction: t.string({
      description:
        'Within a log-in, the `transaction` of `EnrollFactorSuccess`. Left out by a customer who is logged in.',
    }),
  }),
});

builder.mutationField('activateFactor', (t) =>
  t.errorUnionField({
    description:
      'Finishes what `enrollFactor` began; within a log-in the answer is as that of `logIn`. After `MfaCodeInvalid` call it again.',
    args: {
      input: t.arg({
        type: ActivateFactorInput,
        required: true,
        description: 'The factor and its first code.',
      }),
    },
    types: [
      ActivateFactorSuccess,
      ...logInMembers,
      MfaCodeInvalid,
      FactorNotFound,
      FactorNotAllowed,
      TransactionInvalid,
      AccountLocked,
      LogInDenied,
      ValidationFailed,
    ],
    union: {
      name: 'ActivateFactorResult',
      description:
        'That the factor is set up; within a log-in the tokens or the next step; or why the code was not accepted.',
      resolveType: memberOf,
    },
    resolve: (_root, { input }, context) => activateFactor(input, context),
  }),
);

async function activateFactor(
  input: typeof ActivateFactorInput.$inferInput,
  context: Context,
): Promise<Activated | LogInAnswer> {
  const { factorId, code, transaction } = readInput(input, {
    factorId: asId,
    code: asCode,
    transaction: asToken,
  });
  const { identity, call } = context;
  if (!transaction) {
    const permit = await consumeCustomerLimits('PROOF', context);
    const { user } = await requireOwnAccount(context);
    const activation = { userId: user.id, factorId, code };
    const factor = await identity.activateFactor(activation, call);
    await permit.refund();
    return { member: 'ActivateFactorSuccess', factor };
  }
  const permit = await consumeLimits({ kind: 'PROOF' }, context);
  return finishStep({ transaction, purpose: 'ENROLL_FACTOR' }, context, async (continuation) => {
    const step = { continuation, factorId, code };
    const answer = await toLogInAnswer(await identity.activateFactorAtLogIn(step, call), context);
    await settleLogIn(permit, answer, null);
    return answer;
  });
}
