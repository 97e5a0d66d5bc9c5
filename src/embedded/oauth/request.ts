import type { Context } from 'hono';
import { mediaType } from '../http/media-types.ts';
import { ApiError, type EmbeddedEnv, notFound, OAuthError } from '../http/responses.ts';
import { issuerOf, type Org, orgServerId } from '../org.ts';
import { findServer } from '../settings/authorization-servers.ts';
import type { AuthorizationServerEntity, ClientEntity } from '../store/oauth-settings.ts';

/** Okta's answer to too many requests of one user. */
export function tooManyRequests(): OAuthError {
  const text = 'API call exceeded rate limit due to too many requests.';
  return new OAuthError(429, 'invalid_grant', text);
}

export function notAssigned(): OAuthError {
  return new OAuthError(400, 'access_denied', 'User is not assigned to the client application.');
}

export interface AuthorizationServer {
  readonly id: string;
  readonly issuer: string;
  /** URL before `/token`, `/authorize` and so on. */
  readonly base: string;
  /** Null for the org server, whose settings are fixed. */
  readonly settings: AuthorizationServerEntity | null;
}

/** One request at an endpoint of one authorization server. */
export interface EndpointRequest {
  readonly org: Org;
  readonly server: AuthorizationServer;
  readonly c: Context<EmbeddedEnv>;
}

/** A token request whose client is authenticated and may use the grant. */
export interface GrantRequest {
  readonly org: Org;
  readonly server: AuthorizationServer;
  readonly client: ClientEntity;
  readonly form: URLSearchParams;
  /** Thumbprint of the DPoP key that the tokens are bound to; null: none. */
  readonly jkt: string | null;
}

/** RFC 6749 section 5.1. */
export interface TokenAnswer {
  token_type: 'Bearer' | 'DPoP';
  expires_in: number;
  access_token: string;
  scope: string;
  refresh_token?: string;
  id_token?: string;
}

/** @param id of a custom server; undefined: the org server. @throws ApiError E0000007 */
export function authorizationServer(org: Org, id: string | undefined): AuthorizationServer {
  if (id === undefined) {
    const issuer = issuerOf(org, orgServerId);
    return { id: orgServerId, issuer, base: `${issuer}/oauth2/v1`, settings: null };
  }
  const settings = org.store.apiAccessManagement ? findServer(org.store.resources, id) : null;
  if (settings === null) throw notFound(id, 'AuthorizationServer');
  const issuer = issuerOf(org, id);
  return { id, issuer, base: `${issuer}/v1`, settings };
}

/** @throws ApiError E0000021 for another content type */
export async function readForm(c: Context<EmbeddedEnv>): Promise<URLSearchParams> {
  const type = mediaType(c.req.header('content-type') ?? '');
  if (type !== 'application/x-www-form-urlencoded') throw new ApiError('E0000021');
  return new URLSearchParams(await c.req.text());
}

/** @throws OAuthError invalid_request for a parameter that is absent or empty */
export function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === '') {
    throw new OAuthError(400, 'invalid_request', `The required parameter '${name}' is missing.`);
  }
  return value;
}
