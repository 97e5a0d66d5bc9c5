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
import type { Progress, StepBook } from './attempt-store.ts';
import { type Message, sendWithin } from './message-limit.ts';

/**
 * Sealed handles for steps that wait for the caller (JWE, `dir` + A256GCM): they carry the step's
 * state to the caller and back, so that the server keeps none.
 */
export interface Transactions {
  /** A handle that only `attempt` for the same purpose and caller can read, until `expiresAt`. */
  seal(step: Step & Bounds): Promise<string>;

  /**
   * Tries the step that the handle stands for. The first attempt that is `over` uses it up, and so
   * does a refusal that nothing can mend; after any other failure it can be tried again, after a
   * refusal of what was typed, such as a wrong code, a few times. Attempts of one step wait for each
   * other, and one whose `signal` is aborted by its turn is not made.
   * @throws TransactionInvalid for a handle that is unknown, altered, expired, used up, or of
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

/** Whose and for what a handle is. */
export interface Bounds {
  readonly purpose: Purpose;
  /** The caller that requested it: no other caller can use the handle. */
  readonly caller: string;
}

export interface Step {
  readonly state: string;
  readonly expiresAt: Date;
}

export interface OpenedStep extends Step {
  /** A further handle of this very step, with a newer state: used up and counted together. */
  reseal(step: Step): Promise<string>;
  /**
   * For messages to the customer: at most five in a step, and a pause after each.
   * @throws RateLimited for one too many or too early, which is not sent; what `send` throws
   */
  send<Result>(message: Message<Result>): Promise<Result>;
}

export interface Attempt<Result> {
  readonly result: Result;
  /** False: the step has come on and waits for more; its handles stay good. */
  readonly over: boolean;
}

/** As many codes as Okta itself takes from one customer in five minutes. */
const maxFailures = 5;

const payload = z.object({
  purpose: z.string(),
  caller: z.string(),
  state: z.string(),
  jti: z.string(),
  exp: z.number(),
});

interface Options {
  /** The first seals, and all of them open. */
  readonly keys: () => SealingKeys;
  /** The OAuth client that the handles lead to, so that a shared key opens none of another's. */
  readonly client: string;
  /** Of the steps that are tried or used up. */
  readonly book: StepBook;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Processes that share the key open each other's handles; "used up already" is known as far as the
 * book is shared, and beyond that Okta's own single-use tokens inside stop the second use.
 */
export function createTransactions(options: Options): Transactions {
  const { keys, client, now, book } = options;
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
      const progress = await book.enter(jti, exp * 1000);
      try {
        signal.throwIfAborted();
        return await attemptOnce(progress, () =>
          step({
            state: sealed.state,
            expiresAt: new Date(exp * 1000),
            reseal(next) {
              progress.until = Math.max(progress.until, next.expiresAt.getTime());
              return encrypt(jti, { ...bounds, ...next });
            },
            send: (message) => sendWithin({ ...progress, now }, message),
          }),
        );
      } finally {
        await book.leave(jti, progress);
      }
    },
  };
}

async function attemptOnce<Result>(
  progress: Progress,
  step: () => Promise<Attempt<Result>>,
): Promise<Result> {
  if (progress.over || progress.failures >= maxFailures) throw new TransactionInvalid();
  try {
    const { result, over } = await step();
    progress.over = over;
    return result;
  } catch (error) {
    if (endings.some((Ending) => error instanceof Ending)) progress.over = true;
    if (wrongTries.some((WrongTry) => error instanceof WrongTry)) progress.failures += 1;
    throw error;
  }
}

/** Whatever the caller sends next, the answer would be the same. */
const endings = [
  TransactionInvalid,
  ResetTokenInvalid,
  VerificationTokenInvalid,
  AccountLocked,
  LogInDenied,
];

/** What the customer typed was not right; Okta's failures and callers who go away are no tries. */
const wrongTries = [
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
      // Perhaps the key before it has sealed it.
    }
  }
  throw new TransactionInvalid();
}
