import { TransactionInvalid } from '../../identity/errors.ts';
import type { MfaOutcome, MultiFactor } from '../../identity/mfa.ts';
import type {
  CallContext,
  Credentials,
  FactorOption,
  FactorType,
  LogInOutcome,
} from '../../identity/model.ts';
import { type Authn, required } from '../authn/client.ts';
import { denyIfEmpty } from '../authn/transaction.ts';
import { ChallengePending } from '../errors/mfa-errors.ts';
import type { UserFactors } from '../management/user-factors.ts';
import { mfaOobGrant, mfaOtpGrant, type SendDirectChallenge } from '../oauth/direct-auth.ts';
import type { TokenEndpoints } from '../oauth/token-endpoints.ts';
import {
  challengeableType,
  challengeOf,
  factorOf,
  type MfaState,
  readMfaState,
  requiredCode,
  resendAfter,
  type SentChallenge,
  writeMfaState,
} from './mfa-state.ts';

interface Options {
  readonly tokens: TokenEndpoints;
  readonly authn: Authn;
  readonly userFactors: UserFactors;
  readonly sendChallenge: SendDirectChallenge;
  readonly now: () => number;
}

export interface PasswordMfa
  extends Pick<
    MultiFactor,
    'sendMfaChallenge' | 'verifyMfa' | 'enrollFactorAtLogIn' | 'activateFactorAtLogIn'
  > {
  /** The outcome of a log-in when /token requires a second factor. */
  start(
    accepted: { readonly mfaToken: string; readonly credentials: Credentials },
    context: CallContext,
  ): Promise<LogInOutcome>;
}

/** Okta does not document the life of an mfa_token. This is the life of its challenges. */
const mfaTokenLifeMs = 5 * 60_000;
/** RFC 8628 section 3.5. */
const defaultPollSeconds = 5;
const slowDownSeconds = 5;

/** Direct authentication has no e-mail channel. */
const directTypes: readonly FactorType[] = ['TOTP', 'SMS', 'PUSH'];

/** Second factors with Okta's direct authentication: `mfa_token`, /challenge and two grants. */
export function createPasswordMfa(options: Options): PasswordMfa {
  const { tokens, now } = options;
  return {
    async start({ mfaToken, credentials }, context) {
      const expiresAt = now() + mfaTokenLifeMs;
      const factors = denyIfEmpty(await directFactors(options, credentials, context));
      const state: MfaState = { token: mfaToken, expiresAt, factors, challenge: null };
      return {
        kind: 'mfaRequired',
        continuation: writeMfaState(state),
        expiresAt: new Date(expiresAt),
        factors,
      };
    },
    sendMfaChallenge: createSendMfaChallenge(options),
    async verifyMfa({ continuation, factorId, code }, context) {
      const state = readMfaState(continuation);
      const proof = proofOf(state, factorOf(state, factorId), code);
      try {
        return { kind: 'tokens', tokens: await tokens.mfaGrant(proof, context) };
      } catch (error) {
        if (!(error instanceof ChallengePending)) throw error;
        return pending(challengeOf(state, factorId), error);
      }
    },
    // Direct authentication cannot enroll factors, so this flow never asks for it.
    enrollFactorAtLogIn: async () => Promise.reject(new TransactionInvalid()),
    activateFactorAtLogIn: async () => Promise.reject(new TransactionInvalid()),
  };
}

function createSendMfaChallenge({ sendChallenge, now }: Options): MultiFactor['sendMfaChallenge'] {
  return async ({ continuation, factorId }, context) => {
    const state = readMfaState(continuation);
    const factor = factorOf(state, factorId);
    const type = challengeableType(factor);
    const channel = type === 'SMS' ? 'sms' : 'push';
    const sent = await sendChallenge({ mfaToken: state.token, channel }, context);
    const challenge: SentChallenge = {
      factorId,
      numberChallenge: sent.binding_code?.toString() ?? null,
      oobCode: sent.oob_code,
      pollAfterSeconds: sent.interval ?? defaultPollSeconds,
    };
    return {
      continuation: writeMfaState({ ...state, challenge }),
      expiresAt: new Date(state.expiresAt),
      factor,
      numberChallenge: challenge.numberChallenge,
      resendAfter: resendAfter(type, now()),
    };
  };
}

/**
 * Direct authentication does not list factors, and the Factors API needs the id of the user. The id is
 * from /api/v1/authn, since a read of the Users API would have the address in its URL.
 */
async function directFactors(
  { authn, userFactors }: Options,
  credentials: Credentials,
  context: CallContext,
): Promise<readonly FactorOption[]> {
  const { _embedded } = await authn.signIn(credentials, context);
  const factors = await userFactors.listFactors(required(_embedded?.user?.id), context);
  return factors
    .filter(({ status, type }) => status === 'ACTIVE' && directTypes.includes(type))
    .map(({ id, type, hint }) => ({ id, type, hint }));
}

function proofOf(state: MfaState, factor: FactorOption, code: string | null) {
  const mfa_token = state.token;
  if (factor.type === 'TOTP') {
    const parameters = { mfa_token, otp: requiredCode(code) };
    return { endpoint: 'token/mfa-otp', grantType: mfaOtpGrant, parameters } as const;
  }
  const oob_code = required(challengeOf(state, factor.id).oobCode);
  const binding = factor.type === 'SMS' ? { binding_code: requiredCode(code) } : {};
  const parameters = { mfa_token, oob_code, ...binding };
  return { endpoint: 'token/mfa-oob', grantType: mfaOobGrant, parameters } as const;
}

function pending(challenge: SentChallenge, { slowDown }: ChallengePending): MfaOutcome {
  return {
    kind: 'mfaPending',
    pollAfterSeconds: challenge.pollAfterSeconds + (slowDown ? slowDownSeconds : 0),
    numberChallenge: challenge.numberChallenge,
  };
}
