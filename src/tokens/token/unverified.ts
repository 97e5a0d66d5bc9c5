import type { TokenOwner } from '../../identity/model.ts';
import { claimsOf } from './jwt.ts';

/** `AT.` and a random part, then the id of the refresh token where one was issued with it. */
const jtiWithSession = /^AT\.[\w-]+\.(oar[0-9A-Za-z]{17})$/;

/**
 * The session of an access token: Okta puts the id of the refresh token at the end of `jti`. This is
 * undocumented, so null means only that the session is unknown.
 */
export function sessionIdOf(claims: Readonly<Record<string, unknown>>): string | null {
  const jti = claims['jti'];
  return typeof jti === 'string' ? (jtiWithSession.exec(jti)?.[1] ?? null) : null;
}

/**
 * The owner of an access token that the issuer has just issued; NOT verified here. Null if the token
 * names none.
 */
export function decodeOwner(accessToken: string): TokenOwner | null {
  const claims = claimsOf(accessToken);
  const { uid: userId, sub } = claims;
  if (typeof userId !== 'string') return null;
  return { userId, sessionId: sessionIdOf(claims), login: typeof sub === 'string' ? sub : null };
}
