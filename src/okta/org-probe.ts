import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { OktaConfig } from '../config.ts';
import { ProviderMisconfigured, RefreshTokenRejected } from '../identity/errors.ts';
import type { CallContext } from '../identity/model.ts';
import { DpopRefused } from './errors/dpop-refused.ts';
import { toError } from './errors/error-table.ts';
import type { Upstream } from './http/admission.ts';
import { createHttp } from './http/client.ts';
import {
  createManagementAuthorization,
  type OnMissingScopes,
  scopesForUsers,
} from './management/authorization.ts';
import { createManagementReader, type ManagementReads } from './management/read.ts';
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
  /** Refreshes by a random string: Okta refuses it, and its System Log has the request. */
  refusedRefresh(context: CallContext): Promise<void>;
  /**
   * Okta accepts the redirect URI and the scopes of the authn flow: a code is requested without a
   * session.
   */
  authorize(context: CallContext): Promise<void>;
  /** How many users the management credential sees, at most 1. */
  users(context: CallContext): Promise<number>;
  /** The System Log can be read. */
  systemLog(context: CallContext): Promise<void>;
  /** Which of these scopes a token of the service app lacks; none with an API token. */
  missingScopes(scopes: readonly string[], context: CallContext): Promise<readonly string[]>;
  /** The management credential may change users: it asks to reset the password of an unknown one. */
  manageUsers(context: CallContext): Promise<void>;
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
  const refusedRefresh = async (context: CallContext) => {
    await tokens.refresh(randomText(), context).catch((error: unknown) => {
      const isConclusive = error instanceof RefreshTokenRejected;
      // The other refusals are about the grant, which not every org uses.
      const isOther = error instanceof ProviderMisconfigured && !(error instanceof DpopRefused);
      if (!isConclusive && !isOther) throw error;
    });
  };
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
      await tokens.introspect(randomText(), context);
      await refusedRefresh(context);
    },
    refusedRefresh,
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
    missingScopes: (asked, context) => findMissingScopes(config, { ...reads, asked }, context),
    manageUsers: createManageUsersProbe(config, reads),
    close: http.close,
  };
}

function randomText(): string {
  return randomBytes(16).toString('hex');
}

/** Okta issues a token with those of the requested scopes that are granted, and refuses where none is. */
async function findMissingScopes(
  config: OktaConfig,
  { asked, ...reads }: ManagementReads & { readonly asked: readonly string[] },
  context: CallContext,
): Promise<readonly string[]> {
  if (config.management().method === 'ssws') return [];
  const seen: { missing: readonly string[] | null } = { missing: null };
  const read = createManagementReader(config, {
    ...reads,
    scope: asked.join(' '),
    onMissingScopes: (missing) => {
      seen.missing = missing;
    },
  });
  const users = { endpoint: 'users/list', path: 'users?limit=1', schema: z.unknown() } as const;
  await read(users, context).catch((error: unknown) => {
    // Once there is a token, its scopes are known, whatever it may do.
    if (seen.missing !== null) return;
    const isNoneGranted = error instanceof ProviderMisconfigured && noneGranted.test(error.detail);
    if (!isNoneGranted) throw error;
    seen.missing = asked;
  });
  return seen.missing ?? [];
}

const noneGranted = /consent_required|invalid_scope/;

/** Okta looks for the right to do it before it looks for the user. */
function createManageUsersProbe(
  config: OktaConfig,
  { http, now, dpop }: ManagementReads,
): OrgProbe['manageUsers'] {
  const sendAuthorized = createManagementAuthorization(config, { http, now, dpop });
  const endpoint = 'users/reset_password';
  return (context) =>
    http.exchange(async (send) => {
      const unknown = `00u${randomBytes(8).toString('hex')}0`;
      const url = `${config.orgUrl}/api/v1/users/${unknown}/lifecycle/reset_password?sendEmail=false`;
      const headers = { accept: 'application/json' };
      const response = await sendAuthorized(
        { endpoint, method: 'POST', url, headers },
        send,
        context,
      );
      if (!response.ok && response.status !== 404) {
        throw toError(await readFailure(endpoint, response, now()));
      }
      await response.body?.cancel();
    });
}
