import { z } from 'zod';
import type { MultiFactor } from '../../identity/mfa.ts';
import { FactorNotAllowed, FactorNotFound } from '../../identity/mfa-errors.ts';
import { required } from '../authn/client.ts';
import {
  enrollmentRequest,
  type Offer,
  toFactorOption,
  totpSecretOf,
} from '../authn/factor-mapping.ts';
import type { AuthnFactors } from '../authn/factor-steps.ts';
import type { OutcomeOf } from '../authn/transaction.ts';
import { WrongStep } from '../errors/mfa-errors.ts';
import type { AuthnTransaction } from '../wire/schemas.ts';
import { readContinuation } from './mfa-state.ts';

type Enrollment = Pick<MultiFactor, 'enrollFactorAtLogIn' | 'activateFactorAtLogIn'>;

interface Options {
  readonly factors: AuthnFactors;
  readonly outcomeOf: OutcomeOf;
  readonly orgUrl: string;
  readonly now: () => number;
}

/** The state that a log-in carries from step to step while a first factor is enrolled. */
interface EnrollmentState {
  readonly token: string;
  readonly offers: readonly Offer[];
  /** The factor that has to be activated with its first code. */
  readonly factorId: string | null;
}

const enrollmentState = z.object({
  token: z.string(),
  offers: z.array(z.object({ type: z.enum(['TOTP', 'EMAIL', 'SMS']), provider: z.string() })),
  factorId: z.string().nullable(),
});

export function writeEnrollmentState(state: EnrollmentState): string {
  return JSON.stringify(state);
}

/** Enrolls the factor that Okta requires for a log-in, with the authentication API. */
export function createAuthnEnrollment({ factors, outcomeOf, orgUrl, now }: Options): Enrollment {
  /** Okta refuses a second enrollment while the first waits for its code. */
  async function enroll(step: Parameters<AuthnFactors['enroll']>[0]): Promise<AuthnTransaction> {
    try {
      return await factors.enroll(step);
    } catch (error) {
      if (!(error instanceof WrongStep)) throw error;
      await factors.previous(step);
      return await factors.enroll(step);
    }
  }

  return {
    async enrollFactorAtLogIn({ continuation, factor }, context) {
      const state = readContinuation(continuation, enrollmentState);
      const stateToken = state.token;
      const offer = state.offers.find(({ type }) => type === factor.type);
      if (offer === undefined) throw new FactorNotAllowed();
      const request = enrollmentRequest(factor, { provider: offer.provider, email: null });
      const transaction = await enroll({ stateToken, factor: request, context });
      const enrolled = required(transaction._embedded?.factor);
      const option = required(toFactorOption(enrolled));
      const login = transaction._embedded?.user?.profile?.login ?? '';
      return {
        factor: { ...option, status: 'PENDING_ACTIVATION', createdAt: new Date(now()) },
        totp: totpSecretOf(enrolled, { orgUrl, login }),
        continuation: writeEnrollmentState({ ...state, factorId: option.id }),
        expiresAt: new Date(required(transaction.expiresAt)),
      };
    },

    async activateFactorAtLogIn({ continuation, factorId, code }, context) {
      const state = readContinuation(continuation, enrollmentState);
      if (state.factorId !== factorId) throw new FactorNotFound();
      const step = { stateToken: state.token, factorId, passCode: code, context };
      return outcomeOf(await factors.activate(step), context);
    },
  };
}
