import { z } from 'zod';
import { TransactionInvalid, ValidationFailed } from '../../identity/errors.ts';
import { FactorNotFound } from '../../identity/mfa-errors.ts';
import type { FactorOption, FactorType } from '../../identity/model.ts';

/** The state that a log-in carries from step to step while a second factor is required. */
export interface MfaState {
  /** Okta's state token or mfa_token. */
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly factors: readonly FactorOption[];
  /** The last one that was sent. */
  readonly challenge: SentChallenge | null;
}

export interface SentChallenge {
  readonly factorId: string;
  readonly numberChallenge: string | null;
  /** Only in direct authentication. */
  readonly oobCode: string | null;
  readonly pollAfterSeconds: number;
}

const mfaState = z.object({
  token: z.string(),
  expiresAt: z.number(),
  factors: z.array(
    z.object({
      id: z.string(),
      type: z.enum(['TOTP', 'EMAIL', 'SMS', 'PUSH']),
      hint: z.string().nullable(),
    }),
  ),
  challenge: z
    .object({
      factorId: z.string(),
      numberChallenge: z.string().nullable(),
      oobCode: z.string().nullable(),
      pollAfterSeconds: z.number(),
    })
    .nullable(),
});

export function writeMfaState(state: MfaState): string {
  return JSON.stringify(state);
}

/** @throws TransactionInvalid for a continuation of another step or flow */
export function readMfaState(continuation: string): MfaState {
  return readContinuation(continuation, mfaState);
}

/** @throws TransactionInvalid if the continuation does not match the schema */
export function readContinuation<Schema extends z.ZodType>(
  continuation: string,
  schema: Schema,
): z.infer<Schema> {
  const parsed = schema.safeParse(JSON.parse(continuation));
  if (!parsed.success) throw new TransactionInvalid();
  return parsed.data;
}

/** @throws FactorNotFound for a factor that the log-in does not offer */
export function factorOf({ factors }: MfaState, factorId: string): FactorOption {
  const factor = factors.find(({ id }) => id === factorId);
  if (factor === undefined) throw new FactorNotFound();
  return factor;
}

/** @throws ValidationFailed unless the last challenge was for this factor */
export function challengeOf({ challenge }: MfaState, factorId: string): SentChallenge {
  if (challenge?.factorId === factorId) return challenge;
  throw new ValidationFailed([{ field: 'factorId', problem: 'NOT_ALLOWED' }]);
}

/** @throws ValidationFailed without a code */
export function requiredCode(code: string | null): string {
  if (code === null) throw new ValidationFailed([{ field: 'code', problem: 'REQUIRED' }]);
  return code;
}

type ChallengeableType = Exclude<FactorType, 'TOTP'>;

/** @throws ValidationFailed for TOTP, whose codes come from the app without a challenge */
export function challengeableType({ type }: FactorOption): ChallengeableType {
  if (type !== 'TOTP') return type;
  throw new ValidationFailed([{ field: 'factorId', problem: 'NOT_ALLOWED' }]);
}

/** Okta refuses another message for this long. It does not limit pushes; 30 s keeps those apart. */
const resendPauseMs = { SMS: 30_000, EMAIL: 5_000, PUSH: 30_000 } as const;

export function resendAfter(type: ChallengeableType, now: number): Date {
  return new Date(now + resendPauseMs[type]);
}
