import { liveAccessToken } from './access-tokens.ts';
import { customClaims } from './custom-claims.ts';
import { requireProof } from './dpop.ts';
import type { EndpointRequest } from './request.ts';
import { userClaims } from './user-claims.ts';

/** `GET` or `POST {base}/userinfo`: errors stand in WWW-Authenticate, with an empty body. */
export async function userinfo({ org, server, c }: EndpointRequest): Promise<Response> {
  const authorization = /^(Bearer|DPoP) (\S+)$/i.exec(c.req.header('authorization') ?? '');
  const [, scheme = '', token = ''] = authorization ?? [];
  const live = await liveAccessToken(org, server.id, token);
  if (live === null) return refused(401, 'invalid_token', 'The access token is invalid');
  const { claims } = live;
  await requireProof(org, c, { scheme: scheme.toLowerCase(), token, claims, scope: 'openid' });
  if (live.user === null || !live.token.scopes.includes('openid')) {
    return refused(
      403,
      'insufficient_scope',
      'The access token must provide access to at least one of these scopes - profile, email, address or phone',
    );
  }
  const { user } = live;
  const { scopes } = live.token;
  const added = customClaims(org.store.resources, server.settings?.claims ?? [], {
    type: 'IDENTITY',
    scopes,
    user,
  });
  return Response.json({ ...userClaims(user, scopes), ...added });
}

function refused(status: number, error: string, description: string): Response {
  const challenge = `Bearer error="${error}", error_description="${description}"`;
  return new Response(null, { status, headers: { 'www-authenticate': challenge } });
}
