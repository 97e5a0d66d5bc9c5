import { OAuthError } from '../../http/responses.ts';
import { issueTokens, openGrant } from '../issue.ts';
import { evaluatePolicy } from '../policy.ts';
import type { GrantRequest, TokenAnswer } from '../request.ts';
import { checkConsent, checkKnown, splitScope, standardScopes, withDefaults } from '../scopes.ts';

export const grantType = 'client_credentials';

export async function handle(request: GrantRequest): Promise<TokenAnswer> {
  const { server, client } = request;
  const scopes = requestedScopes(request);
  const lifetimes = evaluatePolicy(server, client, { grantType, scopes, user: null });
  const grant = openGrant(request, {
    userId: null,
    grantType,
    scopes,
    authTime: request.org.now(),
    amr: [],
  });
  return issueTokens({ ...request, grant, scopes, lifetimes, nonce: null, refreshToken: null });
}

function requestedScopes(request: GrantRequest): string[] {
  const { server, form } = request;
  const named = splitScope(form.get('scope'));
  if (server.settings === null) return grantedOktaScopes(request, named);
  // The standard scopes need a user.
  const isForServices = (scope: string) => !standardScopes.includes(scope);
  const scopes = named.length > 0 ? named : withDefaults(server, named).filter(isForServices);
  checkKnown(scopes, server.settings.scopes.filter(isForServices));
  // Whatever the app is trusted with: a service has nobody to ask.
  checkConsent(server, { requiresConsent: true }, scopes);
  return scopes;
}

/**
 * OAuth for Okta: the org server gives a service app those of the requested `okta.*` scopes that were
 * granted to it, and refuses where none was
 * (https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/).
 */
function grantedOktaScopes({ client }: GrantRequest, scopes: readonly string[]): string[] {
  if (client.authentication !== 'private_key_jwt') {
    throw new OAuthError(
      401,
      'invalid_client',
      'Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.',
    );
  }
  checkKnown(
    scopes,
    scopes.filter((scope) => scope.startsWith('okta.')),
  );
  const granted = scopes.filter((scope) => client.oktaScopes.includes(scope));
  if (granted.length > 0) return granted;
  throw new OAuthError(400, 'consent_required', 'You are not allowed any of the requested scopes.');
}
