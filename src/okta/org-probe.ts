import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { OktaConfig } from '../config.ts';
import { ProviderMisconfigured, RefreshTokenRejected } from '../identity/errors.ts';
import type { CallContext } from '../identity/model.ts';
import { DpopRefused } from './errors/dpop-refused.ts';
import { toError } from './errors/error-table.ts';
import type { Upstream } from './http/admission.ts';
import { createHttp } from './http/client.ts';
import { type OnMissingScopes, scopesForUsers } from './management/authorization.ts';
import { createManagementReader } from './management/read.ts';
import { createRedirectProbe } from './oauth/authorize.ts';
import { authorizationServer, createOAuthClient } from './oauth/client.ts';
import { createClientAuthentication } from './oauth/client-authentication.ts';
import type { DpopOf } from './oauth/dpop.ts';
import { createTokenEndpoints } from './oauth/token-endpoints.ts';
import { readFailure, readJson } from './wire/answer.ts';
import type { OktaCallRecord } from './wire/call-record.ts';

/**
 * Harmless calls to an org, each of which proves one thing that the API needs of it. Nothing changes
 * at Okta, and no log-in fails.
 *
 * All throw ProviderMisconfigured, with Okta's text, where Okta refuses; UpstreamUnavailable,
 * RateLimited or the signal's reason where there is no conclusive answer.
 */
export interface OrgProbe {
  /** The issuer as the authorization server spells it in its metadata (RFC 8414). */
  issuer(context: CallContext): Promise<string>;
  /**
   * Okta accepts the id and the secret, or key, of the app, and demands no DPoP of it: it introspects a
   * random string, and refreshes by one.
   */
  client(context: CallContext): Promise<void>;
  /**
   * Okta accepts the redirect URI and the scopes of the authn flow: a code is requested without a
   * session.
   */
  authorize(context: CallContext): Promise<void>;
  /** How many users the management credential sees, at most 1. */
  users(context: CallContext): Promise<number>;
  /** The System Log can be read. */
  systemLog(context: CallContext): Promise<void>;
  close(): Promise<void>;
}

interface Dependencies {
  readonly now: () => number;
  readonly observe: (call: OktaCallRecord) => void;
  readonly upstream?: Upstream;
  readonly onMissingScopes: OnMissingScopes;
  readonly dpop?: DpopOf;
}

/** On connections of its own. @throws TypeError for a private key that cannot be used */
export function createOrgProbe(config: OktaConfig, dependencies: Dependencies): OrgProbe {
  const { orgUrl, issuer, clientId, redirectUri, scopes, callTimeoutMs } = config;
  const { now, onMissingScopes, dpop } = dependencies;
  const http = createHttp({ ...dependencies, callTimeoutMs });
  const oauthClient = createOAuthClient({
    server: authorizationServer(orgUrl, issuer),
    clientId,
    authenticateAt: createClientAuthentication(config.clientAuthentication),
    http,
    now,
  });
  const tokens = createTokenEndpoints({ oauthClient, scopes, now });
  const reads = { http, now, dpop };
  const readUsers = createManagementReader(config, {
    ...reads,
    scope: scopesForUsers,
    onMissingScopes,
  });
  const readLog = createManagementReader(config, { ...reads, scope: 'okta.logs.read' });
  const list = z.array(z.unknown());
  return {
    issuer: (context) =>
      http.exchange(async (send) => {
        const url = `${issuer}/.well-known/openid-configuration`;
        const headers = { accept: 'application/json' };
        const request = { endpoint: 'discovery', method: 'GET', url, headers } as const;
        const response = await send(request, context);
        if (!response.ok) throw toError(await readFailure('discovery', response, now()));
        return (await readJson(response, z.object({ issuer: z.string() }))).issuer;
      }),
    async client(context) {
      const random = randomBytes(16).toString('hex');
      await tokens.introspect(random, context);
      await tokens.refresh(random, context).catch((error: unknown) => {
        const isConclusive = error instanceof RefreshTokenRejected;
        // The other refusals are about the grant, which not every org uses.
        const isOther = error instanceof ProviderMisconfigured && !(error instanceof DpopRefused);
        if (!isConclusive && !isOther) throw error;
      });
    },
    authorize:
      redirectUri === null
        ? async () => undefined
        : createRedirectProbe({ oauthClient, http, redirectUri, scopes, now }),
    async users(context) {
      const read = { endpoint: 'users/list', path: 'users?limit=1', schema: list } as const;
      return (await readUsers(read, context)).length;
    },
    async systemLog(context) {
      await readLog({ endpoint: 'logs/list', path: 'logs?limit=1', schema: list }, context);
    },
    close: http.close,
  };
}
