import { randomUUID } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import * as z from 'zod';
import type { SealingKeys } from '../config.ts';
import {
  AccountLocked,
  InvalidCredentials,
  LogInDenied,
  PasswordRejected,
  ResetTokenInvalid,
  TransactionInvalid,
  ValidationFailed,
  VerificationTokenInvalid,
} from '../identity/errors.ts';
import { MfaCodeInvalid } from '../identity/mfa-errors.ts';
import { EmailCodeInvalid } from '../identity/own-account-errors.ts';
import type { AttemptState, AttemptStore } from './attempt-store.ts';
import { type Message, sendWithinLimit } from './message-limit.ts';

/**
 * Sealed handles (JWE, `dir` + A256GCM) for steps that wait for the caller. A handle carries the
 * step's state to the caller and back, so the server does not store it.
 */
export interface Transactions {
  /** Makes a handle that only `attempt` with the same purpose and caller can open, until `expiresAt`. */
  seal(step: Step & Bounds): Promise<string>;

  /**
   * Attempts the step of this handle. The first attempt that is `done` uses the step up; so does a
   * final refusal. After any other failure it can be attempted again; after wrong input, such as a
   * wrong code, five times. Attempts at one step run one after another. An attempt whose `signal` is
   * aborted while it waits does not run.
   * @throws TransactionInvalid for a handle that is unknown, altered, expired, used up, or made for
   *   another purpose or caller; the reason of the signal; what `step` throws
   */
  attempt<Result>(
    handle: string,
    bounds: Bounds & { readonly signal: AbortSignal },
    step: (opened: OpenedStep) => Promise<Attempt<Result>>,
  ): Promise<Result>;
}

export type Purpose =
  | 'CHANGE_EXPIRED_PASSWORD'
  | 'VERIFY_MFA'
  | 'ENROLL_FACTOR'
  | 'CHANGE_EMAIL'
  | 'RESET_PASSWORD'
  | 'VERIFY_EMAIL';

/** The purpose and the caller that a handle is bound to. */
export interface Bounds {
  readonly purpose: Purpose;
  /** The caller that requested the step. No other caller can use the handle. */
  readonly caller: string;
}

export interface Step {
  readonly state: string;
  readonly expiresAt: Date;
}

export interface OpenedStep extends Step {
  /** Makes another handle of the same step with a newer state. Attempts count for all its handles. */
  reseal(step: Step): Promise<string>;
  /**
   * Sends a message to the customer: at most five in a step, with a pause after each.
   * @throws RateLimited when the message comes too early or is one too many, and was not sent; what
   *   `send` throws
   */
  send<Result>(message: Message<Result>): Promise<Result>;
}

export interface Attempt<Result> {
  readonly result: Result;
  /** False when the step needs more input; its handles stay valid. */
  readonly done: boolean;
}

/** Okta itself accepts as many codes from one customer in five minutes. */
const maxFailures = 5;

const payload = z.object({
  purpose: z.string(),
  caller: z.string(),
  state: z.string(),
  jti: z.string(),
  exp: z.number(),
});

interface Options {
  /** The first key seals; any of them opens. */
  readonly keys: () => SealingKeys;
  /** The OAuth client id, the audience of each handle: a shared key opens no other client's handles. */
  readonly client: string;
  readonly attempts: AttemptStore;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Processes that share the key open each other's handles. A used-up handle is refused in all
 * processes that share `attempts`; elsewhere Okta's own single-use tokens inside the handle prevent a
 * second use.
 */
export function createTransactions(options: Options): Transactions {
  const { keys, client, now, attempts } = options;
  const encrypt = (id: string, step: Step & Bounds): Promise<string> =>
    new EncryptJWT({ purpose: step.purpose, caller: step.caller, state: step.state })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setAudience(client)
      .setJti(id)
      .setExpirationTime(Math.floor(step.expiresAt.getTime() / 1000))
      .encrypt(keys()[0]);

  return {
    seal: (step) => encrypt(randomUUID(), step),

    async attempt(handle, { signal, ...bounds }, step) {
      const { jti, exp, ...sealed } = await decrypt(handle, {
        keys: keys(),
        audience: client,
        currentDate: new Date(now()),
      });
      if (sealed.purpose !== bounds.purpose || sealed.caller !== bounds.caller) {
        throw new TransactionInvalid();
      }
      const attemptState = await attempts.lock(jti, exp * 1000);
      try {
        signal.throwIfAborted();
        return await attemptOnce(attemptState, () =>
          step({
            state: sealed.state,
            expiresAt: new Date(exp * 1000),
            reseal(next) {
              attemptState.expiresAt = Math.max(attemptState.expiresAt, next.expiresAt.getTime());
              return encrypt(jti, { ...bounds, ...next });
            },
            send: (message) => sendWithinLimit({ ...attemptState, now }, message),
          }),
        );
      } finally {
        await attempts.unlock(jti, attemptState);
      }
    },
  };
}

async function attemptOnce<Result>(
  state: AttemptState,
  step: () => Promise<Attempt<Result>>,
): Promise<Result> {
  if (state.usedUp || state.failures >= maxFailures) throw new TransactionInvalid();
  try {
    const { result, done } = await step();
    state.usedUp = done;
    return result;
  } catch (error) {
    if (finalErrors.some((Final) => error instanceof Final)) state.usedUp = true;
    if (wrongInputs.some((WrongInput) => error instanceof WrongInput)) state.failures += 1;
    throw error;
  }
}

/** Final refusals: no other input would change the answer. */
const finalErrors = [
  TransactionInvalid,
  ResetTokenInvalid,
  VerificationTokenInvalid,
  AccountLocked,
  LogInDenied,
];

/** Wrong input counts as a failure; outages of Okta and disconnected callers do not. */
const wrongInputs = [
  MfaCodeInvalid,
  EmailCodeInvalid,
  InvalidCredentials,
  PasswordRejected,
  ValidationFailed,
];

async function decrypt(
  handle: string,
  expected: { readonly keys: SealingKeys; readonly audience: string; readonly currentDate: Date },
): Promise<z.infer<typeof payload>> {
  const { keys, audience, currentDate } = expected;
  for (const key of keys) {
    try {
      const decrypted = await jwtDecrypt(handle, key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        audience,
        currentDate,
      });
      return payload.parse(decrypted.payload);
    } catch {
      // An older key may have sealed it.
    }
  }
  throw new TransactionInvalid();
}
