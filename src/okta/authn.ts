import { AccountLocked, LogInDenied, UpstreamUnavailable } from '../identity/errors.ts';
import type { CallContext, Credentials } from '../identity/model.ts';
import type { OktaEndpoint } from './call.ts';
import { toError } from './errors.ts';
import { readFailure, readJson } from './failure.ts';
import type { OktaHttp } from './http.ts';
import { type AuthnTransaction, authnTransaction } from './wire-types.ts';

/**
 * One step of Okta's authentication API (developer.okta.com/docs/reference/api/authn), as a public
 * application: without the API token, so Okta tells us no more of an account than it tells anyone.
 */
export interface Authn {
  signIn(credentials: Credentials, context: CallContext): Promise<AuthnTransaction>;
  changePassword(
    step: {
      readonly stateToken: string;
      readonly oldPassword: string;
      readonly newPassword: string;
    },
    context: CallContext,
  ): Promise<AuthnTransaction>;
  /** Answers alike for an unknown user. */
  sendRecoveryMail(email: string, context: CallContext): Promise<AuthnTransaction>;
  openRecovery(recoveryToken: string, context: CallContext): Promise<AuthnTransaction>;
  resetPassword(
    step: { readonly stateToken: string; readonly newPassword: string },
    context: CallContext,
  ): Promise<AuthnTransaction>;
}

export function createAuthn(
  orgUrl: string,
  options: { readonly http: OktaHttp; readonly now: () => number },
): Authn {
  async function post(
    endpoint: OktaEndpoint,
    body: Readonly<Record<string, unknown>>,
    context: CallContext,
  ): Promise<AuthnTransaction> {
    const response = await options.http.send(
      {
        endpoint,
        method: 'POST',
        url: `${orgUrl}/api/v1/${endpoint}`,
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      },
      context,
    );
    if (response.status !== 200) {
      throw toError(await readFailure(endpoint, response, options.now()));
    }
    return readJson(response, authnTransaction);
  }

  return {
    signIn: ({ email, password }, context) => post('authn', { username: email, password }, context),
    changePassword: (step, context) => post('authn/credentials/change_password', step, context),
    sendRecoveryMail: (email, context) =>
      post('authn/recovery/password', { username: email, factorType: 'EMAIL' }, context),
    openRecovery: (recoveryToken, context) =>
      post('authn/recovery/token', { recoveryToken }, context),
    resetPassword: (step, context) =>
      post('authn/credentials/reset_password', { ...step, revokeSessions: true }, context),
  };
}

/** Where a log-in may stand when Okta has accepted the password. */
export type SignedIn =
  | { readonly kind: 'success'; readonly sessionToken: string }
  | { readonly kind: 'passwordExpired'; readonly stateToken: string; readonly expiresAt: Date };

/** The one place that knows which states a log-in carries on from. @throws AccountLocked, LogInDenied */
export function signedIn(transaction: AuthnTransaction): SignedIn {
  switch (transaction.status) {
    case 'SUCCESS':
      return { kind: 'success', sessionToken: given(transaction.sessionToken) };
    case 'PASSWORD_EXPIRED':
      return {
        kind: 'passwordExpired',
        stateToken: given(transaction.stateToken),
        expiresAt: new Date(given(transaction.expiresAt)),
      };
    case 'LOCKED_OUT':
      throw new AccountLocked();
    default:
      // MFA_REQUIRED, MFA_ENROLL …: the password alone does not let this account in.
      throw new LogInDenied();
  }
}

/** What the state of a transaction implies. @throws UpstreamUnavailable where Okta left it out */
export function given<T>(value: T | null | undefined): T {
  if (value !== null && value !== undefined) return value;
  throw new UpstreamUnavailable({ cause: new Error('authn transaction without its token') });
}
