import { consumeLimits } from '../../callers/consume-limits.ts';
import {
  AccountLocked,
  LogInDenied,
  TransactionInvalid,
  ValidationFailed,
} from '../../identity/errors.ts';
import type { MfaChallenge } from '../../identity/mfa.ts';
import { FactorNotAllowed, FactorNotFound } from '../../identity/mfa-errors.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { attemptStep } from '../guards/pending-step.ts';
import { asId, asToken, readInput } from '../guards/validation.ts';
import { FactorTypeEnum } from '../types/factor.ts';
import { type PendingStep, PendingStepInterface } from '../types/log-in-result.ts';

type Sent = PendingStep & Omit<MfaChallenge, 'continuation'>;

const MfaChallengeSent = builder.objectRef<Sent>('MfaChallengeSent').implement({
  interfaces: [PendingStepInterface],
  description:
    'A code or a push was sent. Continue with `verifyMfa` and the transaction of this answer.',
  fields: (t) => ({
    factorId: t.id({
      description: 'The factor of the input.',
      resolve: ({ factor }) => factor.id,
    }),
    type: t.field({
      type: FactorTypeEnum,
      description: 'The kind of the factor, which says how the code or push travels.',
      resolve: ({ factor }) => factor.type,
    }),
    hint: t.string({
      nullable: true,
      description: 'The phone or address it was sent to, masked, such as `…1337`.',
      resolve: ({ factor }) => factor.hint,
    }),
    numberChallenge: t.exposeString('numberChallenge', {
      nullable: true,
      description:
        'A number to show: the customer has to choose the same one on the phone. Null if the org does not require it.',
    }),
    resendAfter: t.expose('resendAfter', {
      type: 'DateTime',
      description: 'The earliest moment at which another code or push can be sent to this factor.',
    }),
  }),
});

const SendMfaChallengeInput = builder.inputType('SendMfaChallengeInput', {
  description: 'What `sendMfaChallenge` needs: the log-in, and the factor to use.',
  fields: (t) => ({
    transaction: t.string({
      required: true,
      description: 'The `transaction` of `MfaRequired`, or of an earlier `MfaChallengeSent`.',
    }),
    factorId: t.id({
      required: true,
      description: 'The `id` of one of `MfaRequired.factors` that is not TOTP.',
    }),
  }),
});

builder.mutationField('sendMfaChallenge', (t) =>
  t.errorUnionField({
    description:
      'Sends a code by SMS or mail, or a push to the phone. May be called again, for the same factor after `resendAfter` or for another; at most five messages in a log-in, then `RateLimited`.',
    args: {
      input: t.arg({
        type: SendMfaChallengeInput,
        required: true,
        description: 'The log-in and the factor to use.',
      }),
    },
    types: [
      MfaChallengeSent,
      FactorNotFound,
      FactorNotAllowed,
      TransactionInvalid,
      AccountLocked,
      LogInDenied,
      ValidationFailed,
    ],
    union: {
      name: 'SendMfaChallengeResult',
      description: 'What was sent, or why nothing was.',
      resolveType: () => MfaChallengeSent.name,
    },
    resolve: (_root, { input }, context) => sendMfaChallenge(input, context),
  }),
);

async function sendMfaChallenge(
  input: typeof SendMfaChallengeInput.$inferInput,
  context: Context,
): Promise<Sent> {
  const { transaction, factorId } = readInput(input, { transaction: asToken, factorId: asId });
  await consumeLimits({ kind: 'MESSAGE' }, context);
  const { identity, call } = context;
  return attemptStep({ transaction, purpose: 'VERIFY_MFA' }, context, async (opened) => {
    const step = { continuation: opened.state, factorId };
    const { continuation, ...challenge } = await opened.send({
      to: factorId,
      send: () => identity.sendMfaChallenge(step, call),
      resendAfter: (sent) => sent.resendAfter,
    });
    const { expiresAt } = challenge;
    const next = await opened.reseal({ state: continuation, expiresAt });
    return { result: { ...challenge, transaction: next }, done: false };
  });
}
