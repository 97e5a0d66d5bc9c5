import { compactVerify, createLocalJWKSet, decodeJwt, errors, type JWTPayload } from 'jose';
import { OAuthError } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { ClientEntity } from '../store/oauth-settings.ts';

const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];
const longestLifeSeconds = 3600;

/** Whom an assertion speaks for, before anything of it is verified; null for no JWT of any client. */
export function clientIdOfAssertion(assertion: string): string | null {
  try {
    return decodeJwt(assertion).sub ?? null;
  } catch {
    return null;
  }
}

/**
 * RFC 7523 section 3 as Okta applies it.
 * @param to `endpoint`: the URL that was called, which must be the exact audience
 * @throws OAuthError 401 invalid_client
 */
export async function checkAssertion(
  assertion: string,
  to: { readonly client: ClientEntity; readonly endpoint: string; readonly org: Org },
): Promise<void> {
  const claims = await verify(assertion, to.client);
  const now = to.org.now() / 1000;
  const { exp, iat, jti } = claims;
  if (claims.iss !== to.client.clientId || claims.sub !== to.client.clientId) {
    throw rejected("The 'iss' and 'sub' claims of client_assertion must be the client_id.");
  }
  if (![claims.aud].flat().includes(to.endpoint)) {
    throw rejected(
      'The audience claim for client_assertion must be the endpoint invoked for the request.',
    );
  }
  if (exp === undefined) throw rejected("The client_assertion is missing the 'exp' claim.");
  if (exp <= now) throw rejected('The client_assertion token is expired.');
  if (exp > now + longestLifeSeconds) {
    throw rejected('The client_assertion token has an expiration too far into the future.');
  }
  if (iat !== undefined && iat > now) {
    throw rejected('The client_assertion token was issued in the future.');
  }
  if (jti !== undefined) useOnce(to, jti, exp);
}

function useOnce(
  { client, org }: { readonly client: ClientEntity; readonly org: Org },
  jti: string,
  exp: number,
): void {
  const key = `${client.clientId} ${jti}`;
  if (org.store.assertionIds.has(key)) {
    throw rejected('The client_assertion token has already been used.');
  }
  org.store.assertionIds.set(key, exp * 1000);
}

/** The signature alone: each claim has an error text of its own. */
async function verify(assertion: string, client: ClientEntity): Promise<JWTPayload> {
  try {
    const keys = createLocalJWKSet(client.jwks);
    await compactVerify(assertion, keys, { algorithms });
    return decodeJwt(assertion);
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw rejected('The client_assertion signature is invalid.');
  }
}

function rejected(description: string): OAuthError {
  return new OAuthError(401, 'invalid_client', description);
}
