import { consumeLimits } from '../../callers/consume-limits.ts';
import {
  AccountLocked,
  LogInDenied,
  TransactionInvalid,
  ValidationFailed,
} from '../../identity/errors.ts';
import { FactorNotFound, MfaCodeInvalid, MfaRejected } from '../../identity/mfa-errors.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { attemptStep } from '../guards/pending-step.ts';
import { asCode, asId, asToken, codeRule, orNull, readInput } from '../guards/validation.ts';
import {
  type LogInAnswer,
  logInMembers,
  memberOf,
  type PendingStep,
  PendingStepInterface,
  settleLogIn,
  toLogInAnswer,
} from '../types/log-in-result.ts';

interface Pending extends PendingStep {
  readonly member: 'MfaPending';
  readonly pollAfterSeconds: number;
  readonly numberChallenge: string | null;
}

const MfaPending = builder.objectRef<Pending>('MfaPending').implement({
  interfaces: [PendingStepInterface],
  description:
    'The push is on the phone and not answered yet: call `verifyMfa` again after `pollAfterSeconds`, with this transaction.',
  fields: (t) => ({
    pollAfterSeconds: t.exposeInt('pollAfterSeconds', {
      description: 'Whole seconds to wait before the next call.',
    }),
    numberChallenge: t.exposeString('numberChallenge', {
      nullable: true,
      description:
        'A number to show: the customer has to choose the same one on the phone. Null if the org does not require it.',
    }),
  }),
});

const VerifyMfaInput = builder.inputType('VerifyMfaInput', {
  description: 'What `verifyMfa` needs: the log-in, the factor, and its code if it has one.',
  fields: (t) => ({
    transaction: t.string({
      required: true,
      description:
        'The `transaction` of `MfaChallengeSent` or `MfaPending`; for TOTP that of `MfaRequired` works too.',
    }),
    factorId: t.id({
      required: true,
      description: 'The `id` of the factor that the code belongs to, or that the push was sent to.',
    }),
    code: t.string({
      description: `The code that was sent, or that the app shows: 4 to 10 digits. ${codeRule} Left out for PUSH.`,
    }),
  }),
});

builder.mutationField('verifyMfa', (t) =>
  t.errorUnionField({
    description:
      'Finishes a log-in by a second factor. After `MfaCodeInvalid` and `MfaPending` call it again with the same transaction.',
    args: {
      input: t.arg({
        type: VerifyMfaInput,
        required: true,
        description: 'The log-in, the factor and its code.',
      }),
    },
    types: [
      ...logInMembers,
      MfaPending,
      MfaCodeInvalid,
      MfaRejected,
      FactorNotFound,
      TransactionInvalid,
      AccountLocked,
      LogInDenied,
      ValidationFailed,
    ],
    union: {
      name: 'VerifyMfaResult',
      description:
        'The tokens of the new session, the next step of the log-in, or why the factor was not accepted.',
      resolveType: memberOf,
    },
    resolve: (_root, { input }, context) => verifyMfa(input, context),
  }),
);

async function verifyMfa(
  input: typeof VerifyMfaInput.$inferInput,
  context: Context,
): Promise<LogInAnswer | Pending> {
  const read = readInput(input, { transaction: asToken, factorId: asId, code: asCode });
  const { transaction, factorId } = read;
  const code = orNull(read.code);
  // A push is polled, and there is nothing to guess.
  const permit = await consumeLimits({ kind: code === null ? 'POLL' : 'PROOF' }, context);
  const { identity, call } = context;
  const answer = await attemptStep<LogInAnswer | Pending>(
    { transaction, purpose: 'VERIFY_MFA' },
    context,
    async ({ state, expiresAt }) => {
      const outcome = await identity.verifyMfa({ continuation: state, factorId, code }, call);
      if (outcome.kind !== 'mfaPending') {
        return { result: await toLogInAnswer(outcome, context), done: true };
      }
      const { pollAfterSeconds, numberChallenge } = outcome;
      const pending = { transaction, expiresAt, pollAfterSeconds, numberChallenge };
      return { result: { member: 'MfaPending', ...pending }, done: false };
    },
  );
  await settleLogIn(permit, answer, null);
  return answer;
}
