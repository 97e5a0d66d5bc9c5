import { consumeLimits } from '../../callers/consume-limits.ts';
import {
  AccountLocked,
  InvalidCredentials,
  LogInDenied,
  TransactionInvalid,
  ValidationFailed,
} from '../../identity/errors.ts';
import type { Enrollment, NewFactor } from '../../identity/mfa.ts';
import { FactorNotAllowed } from '../../identity/mfa-errors.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { attemptStep } from '../guards/pending-step.ts';
import { reauthenticate } from '../guards/reauthenticate.ts';
import {
  absent,
  asPassword,
  asPhone,
  asToken,
  orNull,
  phoneRule,
  readInput,
} from '../guards/validation.ts';
import { FactorObject, FactorTypeEnum } from '../types/factor.ts';
import type { PendingStep } from '../types/log-in-result.ts';

interface Enrolled extends Enrollment {
  /** Null outside of a log-in. */
  readonly step: PendingStep | null;
}

const TotpSecretType = builder.objectRef<NonNullable<Enrollment['totp']>>('TotpSecret').implement({
  description:
    'What an authenticator app needs to make codes. Its holder can make them too: show it once, and do not store it.',
  fields: (t) => ({
    secret: t.exposeString('secret', {
      description: 'The key in Base32, for customers who type it by hand.',
    }),
    uri: t.exposeString('uri', {
      description:
        'An `otpauth:` URI to show as a QR code. It names the Okta org; to show another name, make your own URI from `secret`.',
    }),
  }),
});

const EnrollFactorSuccess = builder.objectRef<Enrolled>('EnrollFactorSuccess').implement({
  description:
    'The factor waits for its first code. Unless it is TOTP, the code was sent. Continue with `activateFactor`.',
  fields: (t) => ({
    factor: t.expose('factor', {
      type: FactorObject,
      description: 'The new factor, in the status `PENDING_ACTIVATION`.',
    }),
    totp: t.expose('totp', {
      type: TotpSecretType,
      nullable: true,
      description: 'What to show for the authenticator app; null unless the factor is TOTP.',
    }),
    transaction: t.string({
      nullable: true,
      description:
        'Within a log-in, the handle to send with `activateFactor`; null for a customer who is logged in.',
      resolve: ({ step }) => step?.transaction,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the transaction expires; null if there is none.',
      resolve: ({ step }) => step?.expiresAt,
    }),
  }),
});

const EnrollFactorInput = builder.inputType('EnrollFactorInput', {
  description:
    'What `enrollFactor` needs: the kind of factor, its destination, and who sets it up.',
  fields: (t) => ({
    type: t.field({
      type: FactorTypeEnum,
      required: true,
      description:
        'The kind of factor to set up: any except PUSH, whose set-up begins on the phone. EMAIL uses the address of the account.',
    }),
    phoneNumber: t.string({
      description: `The phone that gets the codes; only for SMS. With the country code: \`+15554151337\`. ${phoneRule}`,
    }),
    password: t.string({
      description:
        'The password of the account, used unchanged. A customer who is logged in has to send it again. Leave it out within a log-in.',
    }),
    transaction: t.string({
      description:
        'Within a log-in, the `transaction` of `MfaEnrollmentRequired`. Left out by a customer who is logged in.',
    }),
  }),
});

builder.mutationField('enrollFactor', (t) =>
  t.errorUnionField({
    description:
      'Begins to set up a second factor. A customer who is logged in sends the access token and the password, which counts as an attempt to log in. Within a log-in, send its transaction.',
    args: {
      input: t.arg({
        type: EnrollFactorInput,
        required: true,
        description: 'The factor to set up.',
      }),
    },
    types: [
      EnrollFactorSuccess,
      InvalidCredentials,
      FactorNotAllowed,
      TransactionInvalid,
      AccountLocked,
      LogInDenied,
      ValidationFailed,
    ],
    union: {
      name: 'EnrollFactorResult',
      description: 'The factor that waits for its first code, or why there is none.',
      resolveType: () => EnrollFactorSuccess.name,
    },
    resolve: (_root, { input }, context) => enrollFactor(input, context),
  }),
);

async function enrollFactor(
  input: typeof EnrollFactorInput.$inferInput,
  context: Context,
): Promise<Enrolled> {
  const { factor, transaction, password } = readFactor(input);
  const { identity, call } = context;
  if (!transaction) {
    const user = await reauthenticate(password, context);
    return { ...(await identity.enrollFactor({ user, factor }, call)), step: null };
  }
  await consumeLimits({ kind: 'MESSAGE' }, context);
  return attemptStep({ transaction, purpose: 'ENROLL_FACTOR' }, context, async (opened) => {
    const step = { continuation: opened.state, factor };
    const send = () => identity.enrollFactorAtLogIn(step, call);
    // Okta enforces a pause between two codes, and does not say how long it is.
    const message = { to: factor.type, send, resendAfter: () => null };
    const enrolled = await (factor.type === 'TOTP' ? send() : opened.send(message));
    const { continuation: state, expiresAt } = enrolled;
    const next = { transaction: await opened.reseal({ state, expiresAt }), expiresAt };
    return { result: { ...enrolled, step: next }, done: false };
  });
}

function readFactor(input: typeof EnrollFactorInput.$inferInput) {
  const { phoneNumber, ...proof } = readInput(input, {
    phoneNumber: asPhone,
    transaction: asToken,
    password: input.transaction ? absent : asPassword,
  });
  return { factor: factorOf(input.type, orNull(phoneNumber)), ...proof };
}

function factorOf(
  type: (typeof EnrollFactorInput.$inferInput)['type'],
  phoneNumber: string | null,
): NewFactor {
  if (type === 'PUSH') throw new ValidationFailed([{ field: 'type', problem: 'NOT_ALLOWED' }]);
  if (type !== 'SMS') return { type, phoneNumber: null };
  if (phoneNumber !== null) return { type, phoneNumber };
  throw new ValidationFailed([{ field: 'phoneNumber', problem: 'REQUIRED' }]);
}
