import { accessTokenEntity, logRevoked, refreshTokenEntity } from '../events/token-events.ts';
import { OAuthError } from '../http/responses.ts';
import { liveAccessToken } from './access-tokens.ts';
import { authenticateClient } from './client-auth.ts';
import { type EndpointRequest, readForm } from './request.ts';

/**
 * `POST {base}/revoke` (RFC 7009): an empty 200 for every token. A refresh token is revoked
 * with its access tokens, an access token alone. Tokens of other clients stay valid.
 */
export async function revoke(request: EndpointRequest): Promise<Response> {
  const { org, server } = request;
  const form = await readForm(request.c);
  const client = await authenticateClient(request, form);
  const text = requiredToken(form);
  const at = { client, serverId: server.id };
  const token = org.store.refreshTokens.get(text);
  const grant = org.store.grants.get(token?.grantId ?? '');
  const isOwn = grant?.clientId === client.clientId && grant.serverId === server.id;
  if (token !== undefined && isOwn) {
    grant.revoked = true;
    logRevoked(org, refreshTokenEntity(token, grant), at);
  }
  const live = await liveAccessToken(org, server.id, text);
  if (live !== null && live.grant.clientId === client.clientId) {
    live.token.revoked = true;
    logRevoked(org, accessTokenEntity(live.token, live.grant), at);
  }
  return new Response(null, { status: 200 });
}

/** @throws OAuthError invalid_request */
export function requiredToken(form: URLSearchParams): string {
  const token = form.get('token');
  if (token === null || token === '') {
    throw new OAuthError(400, 'invalid_request', "The 'token' parameter is required.");
  }
  return token;
}
