import { findClient } from '../settings/apps.ts';
import type { GrantEntity } from '../store/entities.ts';
import { liveAccessToken, liveGrant, liveIdToken } from './access-tokens.ts';
import { authenticateClient } from './client-auth.ts';
import { findRefreshToken, isReused, refreshTokenEnd } from './refresh-tokens.ts';
import type { EndpointRequest } from './request.ts';
import { readForm } from './request.ts';
import { requiredToken } from './revoke.ts';

/** `POST {base}/introspect` (RFC 7662): any client of the org may ask about any token of the server. */
export async function introspect(request: EndpointRequest): Promise<Response> {
  const form = await readForm(request.c);
  await authenticateClient(request, form);
  const text = requiredToken(form);
  const answer =
    (await accessTokenAnswer(request, text)) ??
    refreshTokenAnswer(request, text) ??
    (await idTokenAnswer(request, text));
  return Response.json(answer ?? { active: false });
}

async function accessTokenAnswer({ org, server }: EndpointRequest, text: string) {
  const live = await liveAccessToken(org, server.id, text);
  if (live === null) return null;
  const { cid, scp: _scopes, ver: _version, auth_time: _authTime, ...claims } = live.claims;
  return {
    active: true,
    token_type: tokenTypeOf(live.grant),
    scope: live.token.scopes.join(' '),
    client_id: cid,
    ...(live.user !== null && { username: live.user.profile.login }),
    ...claims,
  };
}

/** RFC 9449 section 6.2. */
function tokenTypeOf({ jkt }: GrantEntity): 'Bearer' | 'DPoP' {
  return jkt === undefined ? 'Bearer' : 'DPoP';
}

function refreshTokenAnswer({ org, server }: EndpointRequest, text: string) {
  const token = findRefreshToken(org, text);
  const grant = token === null ? null : liveGrant(org, token.grantId);
  const client = findClient(org.store.resources, grant?.clientId ?? '');
  const user = org.store.users.get(grant?.userId ?? '');
  if (token === null || grant === null || client === null || user === undefined) return null;
  if (grant.serverId !== server.id || isReused(org, token, client)) return null;
  return {
    active: true,
    token_type: tokenTypeOf(grant),
    scope: grant.scopes.join(' '),
    client_id: grant.clientId,
    username: user.profile.login,
    exp: Math.floor(refreshTokenEnd(token) / 1000),
    sub: user.profile.login,
  };
}

async function idTokenAnswer({ org, server }: EndpointRequest, text: string) {
  const live = await liveIdToken(org, server.id, text);
  if (live === null) return null;
  const { iss, sub, aud, exp, iat, jti } = live.claims;
  return { active: true, username: live.user.profile.login, iss, sub, aud, exp, iat, jti };
}
