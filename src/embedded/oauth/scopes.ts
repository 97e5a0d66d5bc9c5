import { OAuthError } from '../http/responses.ts';
import type { ClientEntity } from '../store/oauth-settings.ts';
import type { AuthorizationServer } from './request.ts';

/** These mean something only beside `openid`. */
const openIdScopes = ['profile', 'email', 'address', 'phone'];

/** Allowed by every access policy rule. */
export const standardScopes: readonly string[] = ['openid', ...openIdScopes, 'offline_access'];

/** A space-separated list as Okta reads it: no empty parts, no repetitions. */
export function splitScope(scope: string | null): string[] {
  return [...new Set((scope ?? '').split(' ').filter((part) => part !== ''))];
}

/**
 * The scopes of a request for a user's tokens.
 * @throws OAuthError invalid_scope
 */
export function requestedUserScopes(server: AuthorizationServer, scope: string | null): string[] {
  const scopes = withDefaults(server, splitScope(scope));
  checkKnown(scopes, server.settings?.scopes ?? standardScopes);
  if (!scopes.includes('openid') && scopes.some((one) => openIdScopes.includes(one))) {
    throw invalidScope(
      "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
    );
  }
  return scopes;
}

/** Those of the request; where it names none, the default ones of the server. */
export function withDefaults(
  { settings }: AuthorizationServer,
  scopes: readonly string[],
): string[] {
  return scopes.length > 0 ? [...scopes] : [...(settings?.defaultScopes ?? [])];
}

/**
 * No grant that this org serves lets a user consent, and a service has no user.
 * @throws OAuthError consent_required
 */
export function checkConsent(
  { settings }: AuthorizationServer,
  { requiresConsent }: Pick<ClientEntity, 'requiresConsent'>,
  scopes: readonly string[],
): void {
  if (!requiresConsent) return;
  const asking = scopes.filter((scope) => settings?.consentScopes.includes(scope) === true);
  if (asking.length === 0) return;
  throw new OAuthError(
    400,
    'consent_required',
    `The following scopes require user consent: [${asking.join(', ')}]. To enable a request without user consent, turn off require-consent for these scopes.`,
  );
}

const noDefaultScopes =
  "The authorization server resource does not have any configured default scopes, 'scope' must be provided.";

/** @throws OAuthError invalid_scope for none, and for one that is not among the known */
export function checkKnown(scopes: readonly string[], known: readonly string[]): void {
  if (scopes.length === 0) throw invalidScope(noDefaultScopes);
  if (scopes.some((scope) => !known.includes(scope))) {
    throw invalidScope(
      'One or more scopes are not configured for the authorization server resource.',
    );
  }
}

function invalidScope(description: string): OAuthError {
  return new OAuthError(400, 'invalid_scope', description);
}
