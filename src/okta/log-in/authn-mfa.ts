import type { MfaChallenge, MfaOutcome, MultiFactor } from '../../identity/mfa.ts';
import { MfaCodeInvalid, MfaRejected } from '../../identity/mfa-errors.ts';
import type { CallContext } from '../../identity/model.ts';
import { required } from '../authn/client.ts';
import type { AuthnFactors } from '../authn/factor-steps.ts';
import type { OutcomeOf } from '../authn/transaction.ts';
import { WrongStep } from '../errors/mfa-errors.ts';
import { unexpectedAnswer } from '../wire/answer.ts';
import type { AuthnTransaction } from '../wire/schemas.ts';
import {
  challengeableType,
  challengeOf,
  factorOf,
  type MfaState,
  readMfaState,
  requiredCode,
  resendAfter,
  writeMfaState,
} from './mfa-state.ts';

interface Options {
  readonly factors: AuthnFactors;
  readonly outcomeOf: OutcomeOf;
  readonly now: () => number;
}

/** Okta names no interval, and each poll counts towards the rate limit of /authn. */
const pollAfterSeconds = 4;

type AuthnMfa = Pick<MultiFactor, 'sendMfaChallenge' | 'verifyMfa'>;

/** Second factors with the authentication API. The state token stays the same from step to step. */
export function createAuthnMfa({ factors, outcomeOf, now }: Options): AuthnMfa {
  const verify = createVerify(factors);
  return {
    async sendMfaChallenge({ continuation, factorId }, context): Promise<MfaChallenge> {
      const state = readMfaState(continuation);
      const factor = factorOf(state, factorId);
      const type = challengeableType(factor);
      const transaction = await verify(state, { factorId, passCode: null, isNew: true }, context);
      const numberChallenge = numberOf(transaction);
      const challenge = { factorId, numberChallenge, oobCode: null, pollAfterSeconds };
      const expiresAt = new Date(required(transaction.expiresAt));
      return {
        continuation: writeMfaState({ ...state, expiresAt: expiresAt.getTime(), challenge }),
        expiresAt,
        factor,
        numberChallenge,
        resendAfter: resendAfter(type, now()),
      };
    },

    async verifyMfa({ continuation, factorId, code }, context): Promise<MfaOutcome> {
      const state = readMfaState(continuation);
      const { type } = factorOf(state, factorId);
      if (type !== 'TOTP') challengeOf(state, factorId);
      const passCode = type === 'PUSH' ? null : requiredCode(code);
      const transaction = await verify(state, { factorId, passCode, isNew: false }, context);
      if (transaction.status !== 'MFA_CHALLENGE') return outcomeOf(transaction, context);
      return unfinished(transaction, state.challenge?.numberChallenge ?? null);
    },
  };
}

type Verify = (
  state: MfaState,
  step: { readonly factorId: string; readonly passCode: string | null; readonly isNew: boolean },
  context: CallContext,
) => Promise<AuthnTransaction>;

/** Okta refuses every call for a factor while the challenge of another one is open. */
function createVerify(factors: AuthnFactors): Verify {
  async function backToChoice(stateToken: string, context: CallContext): Promise<void> {
    try {
      await factors.previous({ stateToken, context });
    } catch (error) {
      // Already there.
      if (!(error instanceof WrongStep)) throw error;
    }
  }

  return async ({ token: stateToken, challenge }, { factorId, passCode, isNew }, context) => {
    const call = { stateToken, factorId, passCode, context };
    const leave = challenge !== null && (isNew || challenge.factorId !== factorId);
    if (leave) await backToChoice(stateToken, context);
    try {
      return await factors.verify(call);
    } catch (error) {
      // Another challenge is open, sent after this continuation was issued.
      if (!(error instanceof WrongStep) || leave) throw error;
      await backToChoice(stateToken, context);
      return await factors.verify(call);
    }
  };
}

/** The number may come with the push, or only when it is polled. */
function numberOf({ _embedded }: AuthnTransaction): string | null {
  return _embedded?.factor?._embedded?.challenge?.correctAnswer?.toString() ?? null;
}

function unfinished(transaction: AuthnTransaction, known: string | null): MfaOutcome {
  switch (transaction.factorResult) {
    case 'WAITING':
      return {
        kind: 'mfaPending',
        pollAfterSeconds,
        numberChallenge: numberOf(transaction) ?? known,
      };
    case 'REJECTED':
    case 'CANCELLED':
      throw new MfaRejected('DENIED');
    case 'TIMEOUT':
      throw new MfaRejected('EXPIRED');
    case 'PASSCODE_REPLAYED':
    case 'TIME_WINDOW_EXCEEDED':
      throw new MfaCodeInvalid();
    default:
      throw unexpectedAnswer('a challenge without a known result');
  }
}
