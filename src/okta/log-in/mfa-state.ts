import { z } from 'zod';
import { TransactionInvalid, ValidationFailed } from '../../identity/errors.ts';
import { FactorNotFound } from '../../identity/mfa-errors.ts';
import type { FactorOption, FactorType } from '../../identity/model.ts';

/** What a log-in that waits for a second factor carries from step to step. */
export interface MfaState {
  /** Okta's state token or mfa_token. */
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly factors: readonly FactorOption[];
  /** The one that was sent last. */
  readonly challenge: SentChallenge | null;
}

export interface SentChallenge {
  readonly factorId: string;
  readonly numberChallenge: string | null;
  /** Direct authentication alone. */
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

/** @throws TransactionInvalid where the continuation is not of the shape */
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

/** @throws ValidationFailed where the factor has not been challenged, or another one since */
export function challengeOf({ challenge }: MfaState, factorId: string): SentChallenge {
  if (challenge?.factorId === factorId) return challenge;
  throw new ValidationFailed([{ field: 'factorId', problem: 'NOT_ALLOWED' }]);
}

/** @throws ValidationFailed where there is none */
export function requiredCode(code: string | null): string {
  if (code === null) throw new ValidationFailed([{ field: 'code', problem: 'REQUIRED' }]);
  return code;
}

type ChallengeableType = Exclude<FactorType, 'TOTP'>;

/** @throws ValidationFailed for TOTP: its codes come from the app, without being asked for */
export function challengeableType({ type }: FactorOption): ChallengeableType {
  if (type !== 'TOTP') return type;
  throw new ValidationFailed([{ field: 'factorId', problem: 'NOT_ALLOWED' }]);
}

/** As long as Okta refuses the next message; it would send one push after the other. */
const resendPauseMs = { SMS: 30_000, EMAIL: 5_000, PUSH: 30_000 } as const;

export function resendAfter(type: ChallengeableType, now: number): Date {
  return new Date(now + resendPauseMs[type]);
}
