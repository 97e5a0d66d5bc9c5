import { createHash } from 'node:crypto';
import { OAuthError } from '../../http/responses.ts';
import type { AuthorizationCodeEntity } from '../../store/entities.ts';
import { takeOnce } from '../../store/store.ts';
import { issueFirstTokens } from '../issue.ts';
import { sameText } from '../management-auth.ts';
import { evaluatePolicy } from '../policy.ts';
import { type GrantRequest, required, type TokenAnswer } from '../request.ts';

export const grantType = 'authorization_code';

export async function handle(request: GrantRequest): Promise<TokenAnswer> {
  const { org, server, client, form } = request;
  const code = takeOnce(org.store.codes, required(form, 'code'), org.now());
  // A sessionToken is no code: it ends here too.
  if (code === null || org.store.users.get(code.userId)?.status !== 'ACTIVE') {
    throw invalidGrant('The authorization code is invalid or has expired.');
  }
  checkOwner(code, request);
  checkVerifier(code, form.get('code_verifier'));
  const { scopes, userId, authTime, amr, nonce } = code;
  const user = request.org.store.users.get(userId) ?? null;
  const lifetimes = evaluatePolicy(server, client, { grantType, scopes, user });
  return issueFirstTokens(request, { userId, grantType, scopes, lifetimes, authTime, amr, nonce });
}

function checkOwner(code: AuthorizationCodeEntity, { server, client, form }: GrantRequest): void {
  if (code.clientId !== client.clientId) {
    throw invalidGrant(
      "The grant was issued to another client. Ensure that the 'client_id' matches the one used at the authorize request.",
    );
  }
  if (code.serverId !== server.id) {
    throw invalidGrant('The grant was issued for another authorization server.');
  }
  if (code.redirectUri !== form.get('redirect_uri')) {
    throw invalidGrant(
      "The 'redirect_uri' does not match the redirection URI used in the authorization request.",
    );
  }
}

/** RFC 7636 section 4.6, S256 only. */
function checkVerifier(code: AuthorizationCodeEntity, verifier: string | null): void {
  if (code.codeChallenge === null) return;
  if (verifier === null) {
    const text = 'PKCE code verifier is required by the application.';
    throw new OAuthError(400, 'invalid_request', text);
  }
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  if (!sameText(challenge, code.codeChallenge)) throw invalidGrant('PKCE verification failed.');
}

function invalidGrant(description: string): OAuthError {
  return new OAuthError(400, 'invalid_grant', description);
}
