import type { AccountError } from '../../identity/errors.ts';
import type { FactorOption, FactorType, LogInOutcome, Tokens } from '../../identity/model.ts';
import type { Permit } from '../../limits/limits.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { sealStep } from '../guards/pending-step.ts';
import { FactorOptionType, FactorTypeEnum } from './factor.ts';
import { TokensType } from './token-set.ts';

export interface PendingStep {
  readonly transaction: string;
  readonly expiresAt: Date;
}

export const PendingStepInterface = builder.interfaceRef<PendingStep>('PendingStep').implement({
  description:
    'The log-in is not done yet and not refused: it goes on with another mutation, which the type names.',
  fields: (t) => ({
    transaction: t.exposeString('transaction', {
      description:
        'Handle of this log-in, to be sent with the next mutation. It is sealed for that step and, if a service sent the request, for that service. It works until the step is done or `expiresAt`, and is as secret as a token.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When the transaction expires; after that, start again with `logIn`.',
    }),
  }),
});

interface Success {
  readonly member: 'LogInSuccess';
  readonly tokens: Tokens;
}

interface ExpiredStep extends PendingStep {
  readonly member: 'PasswordExpired';
}

interface MfaStep extends PendingStep {
  readonly member: 'MfaRequired';
  readonly factors: readonly FactorOption[];
}

interface EnrollmentStep extends PendingStep {
  readonly member: 'MfaEnrollmentRequired';
  readonly types: readonly FactorType[];
}

/** How a log-in ends or goes on; `member` names the type of the schema. */
export type LogInAnswer = Success | ExpiredStep | MfaStep | EnrollmentStep;

const LogInSuccess = builder.objectRef<Success>('LogInSuccess').implement({
  description: 'The customer is logged in.',
  fields: (t) => ({
    tokens: t.expose('tokens', { type: TokensType, description: 'The tokens of the new session.' }),
  }),
});

const PasswordExpired = builder.objectRef<ExpiredStep>('PasswordExpired').implement({
  interfaces: [PendingStepInterface],
  description:
    'The password is right and has expired. Ask for a new one, and go on with `changeExpiredPassword`.',
});

export const MfaRequired = builder.objectRef<MfaStep>('MfaRequired').implement({
  interfaces: [PendingStepInterface],
  description:
    'The password is right, and a second factor is needed. Let the customer choose one of `factors`, and go on with `sendMfaChallenge` and `verifyMfa`; for TOTP with `verifyMfa` at once.',
  fields: (t) => ({
    factors: t.expose('factors', {
      type: [FactorOptionType],
      description: 'The factors that the customer can choose from; at least one.',
    }),
  }),
});

export const MfaEnrollmentRequired = builder
  .objectRef<EnrollmentStep>('MfaEnrollmentRequired')
  .implement({
    interfaces: [PendingStepInterface],
    description:
      'The org requires a second factor, and the account has none. Continue with `enrollFactor` and `activateFactor`. Only with the log-in flow `authn`.',
    fields: (t) => ({
      types: t.expose('types', {
        type: [FactorTypeEnum],
        description: 'The kinds of factor that can be set up; at least one.',
      }),
    }),
  });

/** Members of every union that can end a log-in. */
export const logInMembers = [
  LogInSuccess,
  PasswordExpired,
  MfaRequired,
  MfaEnrollmentRequired,
] as const;

/** For the unions; errors are resolved by their class before this. */
export function memberOf(value: { readonly member: string } | AccountError): string | undefined {
  return 'member' in value ? value.member : undefined;
}

/** Settles the limits of a log-in that was not refused. @param account null: the tokens say */
export async function settleLogIn(
  permit: Permit,
  answer: LogInAnswer | { readonly member: 'MfaPending' },
  account: string | null,
): Promise<void> {
  if (answer.member !== 'LogInSuccess') return permit.refund();
  return permit.reset(account ?? answer.tokens.owner?.login ?? null);
}

/** Seals what the next step needs. */
export async function toLogInAnswer(outcome: LogInOutcome, context: Context): Promise<LogInAnswer> {
  if (outcome.kind === 'tokens') return { member: 'LogInSuccess', tokens: outcome.tokens };
  const { continuation: state, expiresAt } = outcome;
  switch (outcome.kind) {
    case 'passwordExpired': {
      const purpose = 'CHANGE_EXPIRED_PASSWORD';
      const transaction = await sealStep({ purpose, state, expiresAt }, context);
      return { member: 'PasswordExpired', transaction, expiresAt };
    }
    case 'mfaRequired': {
      const transaction = await sealStep({ purpose: 'VERIFY_MFA', state, expiresAt }, context);
      return { member: 'MfaRequired', transaction, expiresAt, factors: outcome.factors };
    }
    case 'mfaEnrollmentRequired': {
      const transaction = await sealStep({ purpose: 'ENROLL_FACTOR', state, expiresAt }, context);
      return { member: 'MfaEnrollmentRequired', transaction, expiresAt, types: outcome.types };
    }
  }
}
