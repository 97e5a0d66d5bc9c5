import * as oauth from 'oauth4webapi';
import { untilAborted } from '../../async/until-aborted.ts';
import { memoizeLatest } from '../../cache/memoize-latest.ts';
import type { ManagementAuthentication, OktaConfig } from '../../config.ts';
import type { CallContext } from '../../identity/model.ts';
import type { OktaHttp } from '../http/client.ts';
import { authorizationServer, createOAuthClient } from '../oauth/client.ts';
import { createClientAuthentication } from '../oauth/client-authentication.ts';

/** The `Authorization` header of the management API. */
export interface ManagementAuthorization {
  header(context: CallContext): Promise<string>;
  /**
   * After a 401 for this header: drops it, so that the next one is new.
   * False: there is no other header to try.
   */
  drop(header: string): boolean;
}

interface Options {
  readonly http: OktaHttp;
  readonly now: () => number;
  /** Default: all that the Users API needs of us, ending sessions included. */
  readonly scopes?: string;
  readonly onMissingScopes?: OnMissingScopes | undefined;
}

/**
 * Called for each new token with the requested scopes that it lacks; empty: it has all of them. Okta
 * issues a token with those of the requested scopes that are granted, and refuses only where none is.
 */
export type OnMissingScopes = (scopes: readonly string[]) => void;

export const scopesForUsers = 'okta.users.read okta.users.manage';

/** By what is current when a call begins; a call that had what is no longer current may go again. */
export function createManagementAuthorization(
  { orgUrl, management }: Pick<OktaConfig, 'orgUrl' | 'management'>,
  options: Options,
): ManagementAuthorization {
  const current = memoizeLatest(management, (credentials) =>
    credentials.method === 'service_app'
      ? cached(serviceAppTokens(orgUrl, credentials, options), options.now)
      : byApiToken(credentials.apiToken),
  );
  current();
  return {
    header: (context) => current().header(context),
    drop: (header) => current().drop(header),
  };
}

function byApiToken(apiToken: string): ManagementAuthorization {
  const header = `SSWS ${apiToken}`;
  return { header: async () => header, drop: (refused) => refused !== header };
}

interface ServiceToken {
  readonly header: string;
  readonly expiresAt: number;
  /** From here on a new one is fetched while this one still serves. */
  readonly renewAt: number;
}

type FetchToken = (context: CallContext) => Promise<ServiceToken>;

/** How long a token that lacks scopes is used before another is fetched. */
const partialMs = 30_000;

/** OAuth for Okta: only the org authorization server issues it, and only for private_key_jwt. */
function serviceAppTokens(
  orgUrl: string,
  app: ManagementAuthentication & { readonly method: 'service_app' },
  options: Options,
): FetchToken {
  const { http, now, scopes = scopesForUsers, onMissingScopes } = options;
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
    const answer = await call(
      {
        endpoint: 'token/client_credentials',
        url: server.token_endpoint,
        request: (authentication, sending) =>
          oauth.clientCredentialsGrantRequest(
            server,
            client(),
            authentication,
            { scope: scopes },
            sending,
          ),
        read: (response) => oauth.processClientCredentialsResponse(server, client(), response),
      },
      context,
    );
    const missing = missingScopes(scopes, answer.scope);
    onMissingScopes?.(missing);
    const lifeMs = (answer.expires_in ?? 0) * 1000;
    return {
      header: `Bearer ${answer.access_token}`,
      expiresAt: askedAt + lifeMs,
      // Jitter, so that instances started together do not renew together. A scope that is granted in the
      // meantime is in new tokens alone.
      renewAt: askedAt + (missing.length > 0 ? partialMs : lifeMs * (0.75 + Math.random() * 0.1)),
    };
  };
}

/**
 * RFC 6749 section 5.1: an answer without `scope` has granted all. At Okta `okta.x.manage` allows what
 * `okta.x.read` does.
 */
function missingScopes(asked: string, granted = asked): readonly string[] {
  const have = granted.split(' ');
  return asked
    .split(' ')
    .filter((scope) => !have.includes(scope) && !have.includes(scope.replace(/read$/, 'manage')));
}

/** One token for all calls, and one fetch of it at a time. */
function cached(fetchToken: FetchToken, now: () => number): ManagementAuthorization {
  let token: ServiceToken | null = null;
  let fetching: Promise<ServiceToken> | null = null;

  function renew(context: CallContext): Promise<ServiceToken> {
    // Shared with other requests, so it must outlive this one and carries no shopper; the call's own
    // deadline bounds it.
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
    async header(context) {
      if (token === null || now() >= token.expiresAt) {
        return (await untilAborted(renew(context), context.signal)).header;
      }
      // Early, in the background: if it fails, this token still has a fifth of its life.
      if (now() >= token.renewAt) renew(context).catch(() => undefined);
      return token.header;
    },
    drop(header) {
      if (token?.header === header) token = null;
      return true;
    },
  };
}
