import type { RunToCompletion } from '../../async/run-to-completion.ts';
import { LogInDenied, TransactionInvalid } from '../../identity/errors.ts';
import type { MultiFactor } from '../../identity/mfa.ts';
import type { CallContext, Credentials, LogInOutcome } from '../../identity/model.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import { type Authn, required } from '../authn/client.ts';
import type { AuthnFactors } from '../authn/factor-steps.ts';
import { type AuthnStep, readStep } from '../authn/transaction.ts';
import { PasswordExpired } from '../errors/error-table.ts';
import { MfaRequired } from '../errors/mfa-errors.ts';
import { endSessionsAfterChange } from '../management/sessions.ts';
import type { ExchangeSessionToken } from '../oauth/authorize.ts';
import type { TokenEndpoints } from '../oauth/token-endpoints.ts';
import type { AuthnTransaction } from '../wire/schemas.ts';
import { createAuthnEnrollment, writeEnrollmentState } from './authn-enrollment.ts';
import { createAuthnMfa } from './authn-mfa.ts';
import { writeMfaState } from './mfa-state.ts';
import type { PasswordMfa } from './password-mfa.ts';

export type LogInFlow = Pick<IdentityProvider, 'logIn' | 'changeExpiredPassword'> &
  Pick<
    MultiFactor,
    'sendMfaChallenge' | 'verifyMfa' | 'enrollFactorAtLogIn' | 'activateFactorAtLogIn'
  >;

/** The life of Okta's authn transactions, so that both flows have the same limit. */
const continuationLifeMs = 5 * 60_000;

/**
 * One call to /token, and direct authentication for a second factor. Okta cannot change an expired
 * password there, so only that step uses /api/v1/authn. Its continuation is the user name, with which
 * the change starts.
 */
export function passwordFlow(options: {
  readonly tokens: TokenEndpoints;
  readonly authn: Authn;
  readonly mfa: PasswordMfa;
  readonly endAllSessions: IdentityProvider['endAllSessions'];
  readonly runToCompletion: RunToCompletion;
  readonly now: () => number;
}): LogInFlow {
  const { tokens, authn, now } = options;
  const { start, ...mfa } = options.mfa;

  async function logIn(credentials: Credentials, context: CallContext): Promise<LogInOutcome> {
    try {
      return { kind: 'tokens', tokens: await tokens.passwordGrant(credentials, context) };
    } catch (error) {
      if (error instanceof MfaRequired) {
        return start({ mfaToken: error.mfaToken, credentials }, context);
      }
      if (!(error instanceof PasswordExpired)) throw error;
      const expiresAt = new Date(now() + continuationLifeMs);
      return { kind: 'passwordExpired', continuation: credentials.email, expiresAt };
    }
  }

  return {
    logIn,
    ...mfa,
    async changeExpiredPassword({ continuation: email, ...change }, context) {
      const { currentPassword, newPassword } = change;
      const step = readStep(await authn.signIn({ email, password: currentPassword }, context));
      // The password is no longer expired, so it was changed elsewhere in the meantime.
      if (step.kind === 'success') throw new TransactionInvalid();
      // Here Okta requires the second factor before the change, direct authentication after it.
      if (step.kind !== 'passwordExpired') throw new LogInDenied('MFA');
      // The session token stays unused; Okta expires it after five minutes.
      await changePendingPassword({ ...options, ...change, stateToken: step.stateToken }, context);
      return logIn({ email, password: newPassword }, context);
    },
  };
}

/** /api/v1/authn, then /authorize, then /token. Every continuation holds Okta's state token. */
export function authnFlow(options: {
  readonly authn: Authn;
  readonly factors: AuthnFactors;
  readonly exchange: ExchangeSessionToken;
  readonly orgUrl: string;
  readonly endAllSessions: IdentityProvider['endAllSessions'];
  readonly runToCompletion: RunToCompletion;
  readonly now: () => number;
}): LogInFlow {
  const { authn, factors, exchange } = options;

  async function outcomeOf(
    transaction: AuthnTransaction,
    context: CallContext,
  ): Promise<LogInOutcome> {
    const step = readStep(transaction);
    switch (step.kind) {
      case 'success':
        return { kind: 'tokens', tokens: await exchange(step.sessionToken, context) };
      case 'enrollmentSkippable': {
        const { stateToken } = step;
        return outcomeOf(await factors.skip({ stateToken, context }), context);
      }
      default:
        return openOutcome(step);
    }
  }

  return {
    logIn: async (credentials, context) =>
      outcomeOf(await authn.signIn(credentials, context), context),

    async changeExpiredPassword({ continuation: stateToken, ...change }, context) {
      const changed = await changePendingPassword({ ...options, ...change, stateToken }, context);
      if (!change.endSessions) return outcomeOf(changed, context);
      // The session token of the change may have been revoked with the sessions.
      const email = required(changed._embedded?.user?.profile?.login);
      return outcomeOf(
        await authn.signIn({ email, password: change.newPassword }, context),
        context,
      );
    },

    ...createAuthnMfa({ ...options, outcomeOf }),
    ...createAuthnEnrollment({ ...options, outcomeOf }),
  };
}

/** For a log-in that needs another step of the customer. */
function openOutcome(
  step: Exclude<AuthnStep, { readonly kind: 'success' | 'enrollmentSkippable' }>,
): LogInOutcome {
  const { stateToken: token, expiresAt } = step;
  switch (step.kind) {
    case 'passwordExpired':
      return { kind: 'passwordExpired', continuation: token, expiresAt };
    case 'mfaRequired': {
      const state = { token, expiresAt: expiresAt.getTime(), factors: step.factors };
      const continuation = writeMfaState({ ...state, challenge: null });
      return { kind: 'mfaRequired', continuation, expiresAt, factors: step.factors };
    }
    case 'mfaEnroll': {
      const { offers } = step;
      const continuation = writeEnrollmentState({ token, offers, factorId: null });
      const types = offers.map(({ type }) => type);
      return { kind: 'mfaEnrollmentRequired', continuation, expiresAt, types };
    }
  }
}

/** Runs to completion: an aborted request must not leave old sessions valid under the new password. */
function changePendingPassword(
  change: {
    readonly authn: Authn;
    readonly endAllSessions: IdentityProvider['endAllSessions'];
    readonly stateToken: string;
    readonly currentPassword: string;
    readonly newPassword: string;
    readonly endSessions: boolean;
    readonly runToCompletion: RunToCompletion;
  },
  context: CallContext,
): Promise<AuthnTransaction> {
  const { authn, runToCompletion, endAllSessions, stateToken, currentPassword, newPassword } =
    change;
  return runToCompletion(context, async (ownContext) => {
    const step = { stateToken, oldPassword: currentPassword, newPassword };
    const changed = await authn.changePassword(step, ownContext);
    const userId = changed._embedded?.user?.id;
    if (change.endSessions)
      await endSessionsAfterChange(endAllSessions, required(userId), ownContext);
    return changed;
  });
}
