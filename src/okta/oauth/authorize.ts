import * as oauth from 'oauth4webapi';
import type { CallContext, Tokens } from '../../identity/model.ts';
import { misconfigured, toError } from '../errors/error-table.ts';
import type { OktaHttp } from '../http/client.ts';
import {
  type OktaFailure,
  readFailure,
  unexpectedAnswer,
  unreadableAnswer,
} from '../wire/answer.ts';
import type { OAuthClient } from './client.ts';
import type { TokenEndpoints } from './token-endpoints.ts';

/** Turns the session token of /api/v1/authn, which is no authorization code, into tokens. */
export type ExchangeSessionToken = (sessionToken: string, context: CallContext) => Promise<Tokens>;

interface AuthorizationOptions {
  readonly oauthClient: OAuthClient;
  readonly http: OktaHttp;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly now: () => number;
}

interface Options extends AuthorizationOptions {
  readonly tokens: TokenEndpoints;
}

/**
 * The authorization code flow with PKCE (RFC 7636), without a browser: Okta redirects to
 * `redirectUri`, and we read the code from the Location header instead of following it.
 *
 * Okta also creates a session and sets its cookie, which is discarded. The session ends by its idle
 * timeout: closing it would be a fourth call per log-in, in the smaller bucket of /api/v1/sessions,
 * with one more scope, and with an id that Identity Engine does not return.
 */
export function createSessionTokenExchange(options: Options): ExchangeSessionToken {
  const { oauthClient, tokens, redirectUri } = options;
  return async (sessionToken, context) => {
    const state = oauth.generateRandomState();
    const codeVerifier = oauth.generateRandomCodeVerifier();
    const nonce = options.scopes.includes('openid') ? oauth.generateRandomNonce() : null;
    const sent = { state, sessionToken, ...(nonce === null ? {} : { nonce }) };
    const read = (callback: URL) => validateCallback(callback, { oauthClient, state });
    const parameters = await requestCode({ codeVerifier, sent, read }, options, context);
    return tokens.codeGrant({ parameters, redirectUri, codeVerifier, nonce }, context);
  };
}

/** The errors of a valid request without a session (OpenID Connect Core 3.1.2.6). */
const sessionRequired: ReadonlySet<string> = new Set(['login_required', 'interaction_required']);

/**
 * Requests a code without a session, so that Okta issues none.
 * @throws ProviderMisconfigured where Okta refuses the client, the redirect URI or the scopes
 */
export function createRedirectProbe(
  options: AuthorizationOptions,
): (context: CallContext) => Promise<void> {
  const read = ({ searchParams }: URL) => {
    const code = searchParams.get('error');
    if (code === null || sessionRequired.has(code)) return;
    const text = searchParams.get('error_description') ?? '';
    throw misconfigured(redirectedFailure(code, text));
  };
  return (context) => {
    const codeVerifier = oauth.generateRandomCodeVerifier();
    const sent = { state: oauth.generateRandomState() };
    return requestCode({ codeVerifier, sent, read }, options, context);
  };
}

async function requestCode<Answer>(
  asked: {
    readonly codeVerifier: string;
    /** Additional parameters. */
    readonly sent: Readonly<Record<string, string>>;
    readonly read: (callback: URL) => Answer;
  },
  { oauthClient, http, redirectUri, scopes, now }: AuthorizationOptions,
  context: CallContext,
): Promise<Answer> {
  const url = authorizationUrl(oauthClient.server.authorization_endpoint, {
    client_id: oauthClient.client().client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    response_mode: 'query',
    scope: scopes.join(' '),
    code_challenge: await oauth.calculatePKCECodeChallenge(asked.codeVerifier),
    code_challenge_method: 'S256',
    // Without it, Okta answers an expired session token with its sign-in page.
    prompt: 'none',
    ...asked.sent,
  });
  return http.exchange(async (send) => {
    const headers = { accept: 'text/html' };
    const response = await send({ endpoint: 'authorize', method: 'GET', url, headers }, context);
    return asked.read(await readRedirect(response, { redirectUri, now: now() }));
  });
}

function redirectedFailure(code: string, text: string): OktaFailure {
  return { endpoint: 'authorize', status: 302, code, text, causes: [], retryAfterSeconds: 1 };
}

function authorizationUrl(endpoint: string, parameters: Readonly<Record<string, string>>): string {
  return `${endpoint}?${new URLSearchParams(parameters)}`;
}

async function readRedirect(
  response: Response,
  expected: { readonly redirectUri: string; readonly now: number },
): Promise<URL> {
  if (response.status >= 400) {
    const failure = await readFailure('authorize', response, expected.now);
    // Okta does not redirect to an unknown redirect URI; it answers with a page.
    if (failure.status === 400 && failure.code === null) {
      const text = 'Okta knows no such client_id or redirect_uri';
      throw misconfigured({ ...failure, code: 'HTTP 400', text });
    }
    throw toError(failure);
  }
  const location = response.headers.get('location') ?? '';
  if (!URL.canParse(location) || !isAt(new URL(location), new URL(expected.redirectUri))) {
    throw unexpectedAnswer('authorize did not redirect to redirect_uri');
  }
  return new URL(location);
}

/** Compared by parts, since the redirect URI may have a query, and a scheme without an origin. */
function isAt(callback: URL, redirectUri: URL): boolean {
  const parts = ({ protocol, host, pathname }: URL) => `${protocol}//${host}${pathname}`;
  return parts(callback) === parts(redirectUri);
}

/** Checks `state` (CSRF) and `iss` (mix-up, RFC 9207) before anything else in the answer counts. */
function validateCallback(
  callback: URL,
  expected: { readonly oauthClient: OAuthClient; readonly state: string },
): URLSearchParams {
  const { oauthClient, state } = expected;
  try {
    return oauth.validateAuthResponse(oauthClient.server, oauthClient.client(), callback, state);
  } catch (error) {
    if (!(error instanceof oauth.AuthorizationResponseError)) throw unreadableAnswer(error);
    throw toError(redirectedFailure(error.error, error.error_description ?? ''));
  }
}
