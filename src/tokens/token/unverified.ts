import { readToken } from './jwt.ts';

/** `AT.` and a random part, then the id of the refresh token where one was issued with it. */
const jtiWithSession = /^AT\.[\w-]+\.(oar[0-9A-Za-z]{17})$/;

/**
 * The session that an access token is of, by its claims: Okta puts the id of the refresh token at the
 * end of `jti`. Okta does not document it, so null, for a token that has none there, means unknown and
 * nothing more.
 */
export function sessionIdOf(claims: Readonly<Record<string, unknown>>): string | null {
  const jti = claims['jti'];
  return typeof jti === 'string' ? (jtiWithSession.exec(jti)?.[1] ?? null) : null;
}

/** The name to log in with of a token that came from the issuer a moment ago: NOT verified here. */
export function loginOf(accessToken: string): string | null {
  const token = readToken(accessToken);
  const subject = token.kind === 'jwt' ? token.claims['sub'] : null;
  return typeof subject === 'string' ? subject : null;
}

/**
 * The owner of an access token that the issuer has just issued: it is NOT verified here. Null where
 * the token does not name one.
 */
export function ownerOf(
  accessToken: string,
): { readonly userId: string; readonly sessionId: string | null } | null {
  const token = readToken(accessToken);
  const userId = token.kind === 'jwt' ? token.claims['uid'] : null;
  if (token.kind !== 'jwt' || typeof userId !== 'string') return null;
  return { userId, sessionId: sessionIdOf(token.claims) };
}
