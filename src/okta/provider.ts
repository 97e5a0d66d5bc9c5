import type { OktaConfig } from '../config.ts';
import type { IdentityProvider } from '../identity/port.ts';
import { createAuthn } from './authn.ts';
import { createSessionTokenExchange } from './authorize.ts';
import type { OktaCall } from './call.ts';
import { createClientAuthentication } from './client-authentication.ts';
import { toError } from './errors.ts';
import { readFailure } from './failure.ts';
import { createHttp } from './http.ts';
import { authnFlow, passwordFlow } from './log-in.ts';
import { createManagement } from './management.ts';
import { authorizationServer, createOAuthClient } from './oauth-client.ts';
import { createRecovery } from './recovery.ts';
import { createTokenEndpoints } from './tokens.ts';
import { createUsers } from './users.ts';

interface Dependencies {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Called once per exchange with Okta, retries included, when it is over. */
  readonly observe: (call: OktaCall) => void;
}

/**
 * The port on an Okta org. No request is made before the first call.
 * @throws TypeError for a private key that cannot be used, or the authn flow without a redirect URI
 */
export function createOktaProvider(
  config: OktaConfig,
  { now, observe }: Dependencies,
): IdentityProvider {
  const { orgUrl, issuer, clientId, clientAuthentication, scopes, callTimeoutMs } = config;
  const http = createHttp({ callTimeoutMs, now, observe });
  const oauthClient = createOAuthClient({
    server: authorizationServer(orgUrl, issuer),
    clientId,
    authenticateAt: createClientAuthentication(clientAuthentication),
    http,
    now,
  });
  const tokens = createTokenEndpoints({ oauthClient, scopes, now });
  const authn = createAuthn(orgUrl, { http, now });
  const users = createUsers(createManagement(config, { http, now }), config);
  const { logIn, changeExpiredPassword } =
    config.logInFlow === 'password'
      ? passwordFlow({ tokens, authn, now })
      : authnFlow({
          authn,
          exchange: createSessionTokenExchange({
            oauthClient,
            tokens,
            http,
            redirectUri: required(config.redirectUri),
            scopes,
            now,
          }),
        });
  return {
    logIn,
    changeExpiredPassword,
    refresh: tokens.refresh,
    revoke: tokens.revoke,
    introspect: tokens.introspect,
    createUser: users.create,
    findUsers: users.find,
    ...createRecovery(authn, users),
    async ping(context) {
      const url = oauthClient.server.jwks_uri;
      const headers = { accept: 'application/json' };
      const response = await http.send({ endpoint: 'keys', method: 'GET', url, headers }, context);
      if (!response.ok) throw toError(await readFailure('keys', response, now()));
    },
    close: http.close,
  };
}

function required(redirectUri: string | null): string {
  if (redirectUri !== null) return redirectUri;
  throw new TypeError('The authn log-in flow needs a redirectUri.');
}
