import {
  type AuthorizationServer,
  allowInsecureRequests,
  type Client,
  type ClientAuth,
  clockSkew,
  customFetch,
} from 'oauth4webapi';
import { oauthBaseUrl } from '../../config.ts';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import { toError } from '../errors/error-table.ts';
import type { OktaHttp } from '../http/client.ts';
import { readFailure, unreadableAnswer } from '../wire/answer.ts';
import type { OktaEndpoint } from '../wire/endpoints.ts';
import type { AuthenticateAt } from './client-authentication.ts';

/** Okta's fixed paths, so that no answer can redirect credentials to another server. */
export type OktaAuthorizationServer = AuthorizationServer & {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly introspection_endpoint: string;
  /** For direct authentication. */
  readonly challenge_endpoint: string;
  readonly revocation_endpoint: string;
  readonly jwks_uri: string;
};

export function authorizationServer(orgUrl: string, issuer: string): OktaAuthorizationServer {
  const base = oauthBaseUrl({ issuer, orgUrl });
  return {
    issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    introspection_endpoint: `${base}/introspect`,
    challenge_endpoint: `${base}/challenge`,
    revocation_endpoint: `${base}/revoke`,
    jwks_uri: `${base}/keys`,
  };
}

/** One client at one authorization server. */
export interface OAuthClient {
  readonly server: OktaAuthorizationServer;
  /** New for each use, since it holds the offset of `now` from the system clock. */
  client(): Client;
  /**
   * Sends a request and reads the answer with a pair of oauth4webapi's functions.
   * @throws the error table's error for the answer; UpstreamUnavailable without a valid answer
   */
  call<Answer>(exchange: OAuthExchange<Answer>, context: CallContext): Promise<Answer>;
}

/** A request function of oauth4webapi and the function that processes the response. */
export interface OAuthExchange<Answer> {
  readonly endpoint: OktaEndpoint;
  readonly url: string;
  readonly request: (authentication: ClientAuth, options: RequestOptions) => Promise<Response>;
  readonly read: (response: Response) => Promise<Answer>;
  /** Called before each time the request is sent. */
  readonly onSend?: (() => void) | undefined;
}

/** Options for every request function of oauth4webapi. */
interface RequestOptions {
  readonly [allowInsecureRequests]: boolean;
  readonly [customFetch]: (
    url: string,
    options: { readonly headers: Record<string, string>; readonly body: URLSearchParams },
  ) => Promise<Response>;
}

export function createOAuthClient(options: {
  readonly server: OktaAuthorizationServer;
  readonly clientId: string;
  readonly authenticateAt: AuthenticateAt;
  readonly http: OktaHttp;
  readonly now: () => number;
}): OAuthClient {
  const { server, clientId, authenticateAt, http, now } = options;
  return {
    server,
    client: () => ({
      client_id: clientId,
      // Rounded down, so that no assertion is issued in the future.
      [clockSkew]: Math.floor((now() - Date.now()) / 1000),
    }),
    call: ({ endpoint, url, request, read, onSend }, context) =>
      http.exchange(async (send) => {
        const response = await request(await authenticateAt(url), {
          [allowInsecureRequests]: url.startsWith('http:'),
          [customFetch]: (target, { headers, body }) =>
            send(
              {
                endpoint,
                method: 'POST',
                url: target,
                headers,
                body: body.toString(),
                oneTime: body.has('client_assertion'),
                onSend,
              },
              context,
            ),
        });
        // oauth4webapi knows only one of Okta's two error formats.
        if (response.status !== 200) throw toError(await readFailure(endpoint, response, now()));
        return read(response).catch((error: unknown) => {
          throw error instanceof UpstreamUnavailable ? error : unreadableAnswer(error);
        });
      }),
  };
}
