import type { CallContext, Credentials } from '../identity/model.ts';
import type { OktaEndpoint } from './call.ts';
import { toError } from './errors.ts';
import { readFailure, readJson, unexpected } from './failure.ts';
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
  /** Answers alike for an unknown user. */
  sendUnlockMail(email: string, context: CallContext): Promise<AuthnTransaction>;
  openRecovery(recoveryToken: string, context: CallContext): Promise<AuthnTransaction>;
  openActivation(activationToken: string, context: CallContext): Promise<AuthnTransaction>;
  resetPassword(
    step: { readonly stateToken: string; readonly newPassword: string },
    context: CallContext,
  ): Promise<AuthnTransaction>;
}

/** @param call `path` follows `/api/v1/` */
export type PostAuthn = (
  call: { readonly endpoint: OktaEndpoint; readonly path: string },
  body: Readonly<Record<string, unknown>>,
  context: CallContext,
) => Promise<AuthnTransaction>;

export function createPostAuthn(
  orgUrl: string,
  options: { readonly http: OktaHttp; readonly now: () => number },
): PostAuthn {
  const { http, now } = options;
  return ({ endpoint, path }, body, context) =>
    http.exchange(async (send) => {
      const response = await send(
        {
          endpoint,
          method: 'POST',
          url: `${orgUrl}/api/v1/${path}`,
          headers: { accept: 'application/json', 'content-type': 'application/json' },
          body: JSON.stringify(body),
        },
        context,
      );
      if (response.status !== 200) throw toError(await readFailure(endpoint, response, now()));
      return readJson(response, authnTransaction);
    });
}

export function createAuthn(postAuthn: PostAuthn): Authn {
  const post = (
    endpoint: OktaEndpoint,
    body: Readonly<Record<string, unknown>>,
    context: CallContext,
  ): Promise<AuthnTransaction> =>
    postAuthn(
      { endpoint, path: endpoint === 'authn/activation' ? 'authn' : endpoint },
      body,
      context,
    );

  return {
    signIn: ({ email, password }, context) => post('authn', { username: email, password }, context),
    changePassword: (step, context) => post('authn/credentials/change_password', step, context),
    sendRecoveryMail: (email, context) =>
      post('authn/recovery/password', { username: email, factorType: 'EMAIL' }, context),
    sendUnlockMail: (email, context) =>
      post('authn/recovery/unlock', { username: email, factorType: 'EMAIL' }, context),
    openActivation: (token, context) => post('authn/activation', { token }, context),
    openRecovery: (recoveryToken, context) =>
      post('authn/recovery/token', { recoveryToken }, context),
    resetPassword: (step, context) =>
      post('authn/credentials/reset_password', { ...step, revokeSessions: true }, context),
  };
}

/** What the state of a transaction implies. @throws UpstreamUnavailable where Okta left it out */
export function given<T>(value: T | null | undefined): T {
  if (value !== null && value !== undefined) return value;
  throw unexpected('authn transaction without what its state implies');
}
