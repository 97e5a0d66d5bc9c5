import { ProviderMisconfigured } from '../../identity/errors.ts';
import type { CallContext, Credentials } from '../../identity/model.ts';
import { toError } from '../errors/error-table.ts';
import type { OktaHttp } from '../http/client.ts';
import { readFailure, readJson, unexpectedAnswer } from '../wire/answer.ts';
import { deviceTokenOf } from '../wire/device-token.ts';
import type { OktaEndpoint } from '../wire/endpoints.ts';
import { readEach, type Skip } from '../wire/members.ts';
import { type AuthnTransaction, authnTransaction, oktaFactor } from '../wire/schemas.ts';

/**
 * The steps of Okta's authentication API (developer.okta.com/docs/reference/api/authn), as a public
 * application: without the API token, Okta reveals no more about an account than to anyone.
 */
export interface Authn {
  /** With the API token if there is one and the shopper's device is known: see `createSignIn`. */
  signIn(credentials: Credentials, context: CallContext): Promise<AuthnTransaction>;
  changePassword(
    step: {
      readonly stateToken: string;
      readonly oldPassword: string;
      readonly newPassword: string;
    },
    context: CallContext,
  ): Promise<AuthnTransaction>;
  /** The same answer for an unknown user. */
  sendRecoveryMail(email: string, context: CallContext): Promise<AuthnTransaction>;
  /** The same answer for an unknown user. */
  sendUnlockMail(email: string, context: CallContext): Promise<AuthnTransaction>;
  openRecovery(recoveryToken: string, context: CallContext): Promise<AuthnTransaction>;
  openActivation(activationToken: string, context: CallContext): Promise<AuthnTransaction>;
  resetPassword(
    step: { readonly stateToken: string; readonly newPassword: string },
    context: CallContext,
  ): Promise<AuthnTransaction>;
}

/** @param call `path` follows `/api/v1/`; `apiToken` makes the caller a trusted application */
export type PostAuthn = (
  call: { readonly endpoint: OktaEndpoint; readonly path: string; readonly apiToken?: string },
  body: Readonly<Record<string, unknown>>,
  context: CallContext,
) => Promise<AuthnTransaction>;

export function createPostAuthn(
  orgUrl: string,
  options: { readonly http: OktaHttp; readonly now: () => number },
): PostAuthn {
  const { http, now } = options;
  return ({ endpoint, path, apiToken }, body, context) =>
    http.exchange(async (send, skip) => {
      const response = await send(
        {
          endpoint,
          method: 'POST',
          url: `${orgUrl}/api/v1/${path}`,
          headers: {
            accept: 'application/json',
            'content-type': 'application/json',
            ...(apiToken === undefined ? {} : { authorization: `SSWS ${apiToken}` }),
          },
          body: JSON.stringify(body),
        },
        context,
      );
      if (response.status !== 200) throw toError(await readFailure(endpoint, response, now()));
      return readTransaction(response, skip);
    });
}

async function readTransaction(response: Response, skip: Skip): Promise<AuthnTransaction> {
  const { _embedded, ...transaction } = await readJson(response, authnTransaction);
  if (_embedded === undefined) return transaction;
  const factors = readEach(_embedded.factors ?? [], oktaFactor, (place) =>
    skip(`_embedded.factors.*.${place}`),
  );
  return { ...transaction, _embedded: { ..._embedded, factors } };
}

/** @param apiToken for the management API; null if another credential is configured */
export function createAuthn(postAuthn: PostAuthn, apiToken: () => string | null): Authn {
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
    signIn: createSignIn(postAuthn, apiToken),
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

/**
 * Okta reads `deviceToken` only with a valid API token (reference/api/authn, context object). If Okta
 * refuses the API token, the call is repeated without both, so that the log-in does not fail.
 */
function createSignIn(postAuthn: PostAuthn, apiToken: () => string | null): Authn['signIn'] {
  const call = { endpoint: 'authn', path: 'authn' } as const;
  return async ({ email, password }, context) => {
    const body = { username: email, password };
    const deviceToken = deviceTokenOf(context.shopper);
    const token = deviceToken === null ? null : apiToken();
    if (token === null) return postAuthn(call, body, context);
    try {
      const trusted = { ...body, context: { deviceToken } };
      return await postAuthn({ ...call, apiToken: token }, trusted, context);
    } catch (error) {
      if (!(error instanceof ProviderMisconfigured)) throw error;
      return postAuthn(call, body, context);
    }
  };
}

/** For a value that the state of a transaction implies. @throws UpstreamUnavailable if it is absent */
export function required<T>(value: T | null | undefined): T {
  if (value !== null && value !== undefined) return value;
  throw unexpectedAnswer('authn transaction without what its state implies');
}
