import * as oauth from 'oauth4webapi';
import { untilAborted } from '../../async/until-aborted.ts';
import { memoizeLatest } from '../../cache/memoize-latest.ts';
import type { ManagementAuthentication, OktaConfig } from '../../config.ts';
import type { CallContext } from '../../identity/model.ts';
import type { OktaRequest } from '../http/call.ts';
import type { OktaHttp, Send } from '../http/client.ts';
import { authorizationServer, createOAuthClient } from '../oauth/client.ts';
import { createClientAuthentication } from '../oauth/client-authentication.ts';
import { createDpop, type DpopOf, withToken } from '../oauth/dpop.ts';
import { readChallengeError } from '../wire/www-authenticate.ts';

/**
 * Sends a request to the management API with the current credential. Repeats it once with a new token if
 * Okta has revoked the token early, and with a new proof if Okta asks for another nonce. A refused
 * request has had no effect, so any request may be repeated.
 */
export type SendAuthorized = (
  request: OktaRequest,
  send: Send,
  context: CallContext,
) => Promise<Response>;

interface Options {
  readonly http: OktaHttp;
  readonly now: () => number;
  /** Default: those of the Users API, sessions included. */
  readonly scopes?: string;
  readonly onMissingScopes?: OnMissingScopes | undefined;
  /** Default: separate keys. */
  readonly dpop?: DpopOf | undefined;
}

/**
 * Called for each new token with the requested scopes that it lacks; empty if it has all. Okta issues a
 * token with the granted ones of the requested scopes, and refuses only if none is granted.
 */
export type OnMissingScopes = (scopes: readonly string[]) => void;

export const scopesForUsers = 'okta.users.read okta.users.manage';

export function createManagementAuthorization(
  { orgUrl, management }: Pick<OktaConfig, 'orgUrl' | 'management'>,
  options: Options,
): SendAuthorized {
  const current = memoizeLatest(management, (credentials) =>
    credentials.method === 'service_app'
      ? cached(serviceAppTokens(orgUrl, credentials, options), options.now)
      : byApiToken(credentials.apiToken),
  );
  current();
  return async (request, send, context) => {
    const sendWith = async (token: Token) => {
      const response = await send(token.authorize(request), context);
      return asksForNonce(response) ? send(token.authorize(request), context) : response;
    };
    const token = await current().get(context);
    const response = await sendWith(token);
    // Also retries if the credential was replaced since.
    const again = response.status === 401 && current().drop(token);
    return again ? sendWith(await current().get(context)) : response;
  };
}

/** RFC 9449 section 9. The next proof contains the nonce of this answer. */
function asksForNonce({ status, headers }: Response): boolean {
  if (status !== 400 && status !== 401) return false;
  return readChallengeError(headers)?.error === 'use_dpop_nonce';
}

interface Token {
  authorize(request: OktaRequest): OktaRequest;
}

interface Tokens {
  get(context: CallContext): Promise<Token>;
  /** Called after a 401. False if there is no other token to try. */
  drop(token: Token): boolean;
}

function byApiToken(apiToken: string): Tokens {
  const token: Token = {
    authorize: (request) => ({
      ...request,
      headers: { ...request.headers, authorization: `SSWS ${apiToken}` },
    }),
  };
  return { get: async () => token, drop: (refused) => refused !== token };
}

interface ServiceToken extends Token {
  readonly expiresAt: number;
  /** From then on a new one is fetched while this one is still used. */
  readonly renewAt: number;
}

type FetchToken = (context: CallContext) => Promise<ServiceToken>;

/** How long a token that lacks scopes is used before another is fetched. */
const partialMs = 30_000;

/** OAuth for Okta APIs: only the org authorization server issues tokens, and only for private_key_jwt. */
function serviceAppTokens(
  orgUrl: string,
  app: ManagementAuthentication & { readonly method: 'service_app' },
  options: Options,
): FetchToken {
  const { http, now, scopes = scopesForUsers, onMissingScopes } = options;
  const dpop = (options.dpop ?? createDpop({ now }))(app);
  const key = { ...app, method: 'private_key_jwt' } as const;
  const { server, client, call } = createOAuthClient({
    server: authorizationServer(orgUrl, orgUrl),
    clientId: app.clientId,
    authenticateAt: createClientAuthentication(() => key),
    http,
    now,
  });
  return async (context) => {
    const askedAt = now();
    const { answer, key } = await dpop.request((proving) =>
      call(
        {
          endpoint: 'token/client_credentials',
          url: server.token_endpoint,
          request: (authentication, sending) =>
            oauth.clientCredentialsGrantRequest(
              server,
              client(),
              authentication,
              { scope: scopes },
              { ...sending, ...proving },
            ),
          read: (response) => oauth.processClientCredentialsResponse(server, client(), response),
        },
        context,
      ),
    );
    const missing = missingScopes(scopes, answer.scope);
    onMissingScopes?.(missing);
    const lifeMs = (answer.expires_in ?? 0) * 1000;
    return {
      authorize: (request) => withToken(request, answer.access_token, key),
      expiresAt: askedAt + lifeMs,
      // Jitter, so that instances started together do not renew together. A newly granted scope is
      // only in new tokens.
      renewAt: askedAt + (missing.length > 0 ? partialMs : lifeMs * (0.75 + Math.random() * 0.1)),
    };
  };
}

/**
 * RFC 6749 section 5.1: an answer without `scope` grants all. At Okta `okta.x.manage` includes
 * `okta.x.read`.
 */
function missingScopes(asked: string, granted = asked): readonly string[] {
  const have = granted.split(' ');
  return asked
    .split(' ')
    .filter((scope) => !have.includes(scope) && !have.includes(scope.replace(/read$/, 'manage')));
}

/** Shares one token among all calls, and fetches one at a time. */
function cached(fetchToken: FetchToken, now: () => number): Tokens {
  let token: ServiceToken | null = null;
  let fetching: Promise<ServiceToken> | null = null;

  function renew(context: CallContext): Promise<ServiceToken> {
    // Shared with other requests, so this one must not abort it, and it carries no shopper. The
    // deadline of the call bounds it.
    const { signal } = new AbortController();
    const shared = { requestId: context.requestId, signal, shopper: null };
    fetching ??= fetchToken(shared)
      .then((fetched) => {
        token = fetched;
        return fetched;
      })
      .finally(() => {
        fetching = null;
      });
    return fetching;
  }

  return {
    async get(context) {
      if (token === null || now() >= token.expiresAt) {
        return untilAborted(renew(context), context.signal);
      }
      // Early and in the background: if it fails, this token is still valid for a fifth of its life.
      if (now() >= token.renewAt) renew(context).catch(() => undefined);
      return token;
    },
    drop(refused) {
      if (token === refused) token = null;
      return true;
    },
  };
}
