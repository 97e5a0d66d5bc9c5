import { sessionIdOf } from '../session-id.ts';
import { readToken } from './jwt.ts';

/** The name to log in with of a token that came from the issuer a moment ago: NOT verified here. */
export function loginOf(accessToken: string): string | null {
  const token = readToken(accessToken);
  const subject = token.kind === 'jwt' ? token.claims['sub'] : null;
  return typeof subject === 'string' ? subject : null;
}

/**
 * Whose an access token is that came from the issuer a moment ago: it is NOT verified here. Null where
 * it does not tell.
 */
export function ownerOf(
  accessToken: string,
): { readonly userId: string; readonly sessionId: string | null } | null {
  const token = readToken(accessToken);
  const userId = token.kind === 'jwt' ? token.claims['uid'] : null;
  if (token.kind !== 'jwt' || typeof userId !== 'string') return null;
  return { userId, sessionId: sessionIdOf(token.claims) };
}
