import { dpopAlgorithms } from './dpop.ts';
import type { AuthorizationServer, EndpointRequest } from './request.ts';
import { standardScopes } from './scopes.ts';
import { supportedGrantTypes } from './token.ts';

const clientAuthentication = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'none',
];

const idTokenClaims = [
  ...['iss', 'ver', 'sub', 'aud', 'iat', 'exp', 'jti', 'auth_time', 'amr', 'idp', 'nonce'],
  ...['name', 'nickname', 'preferred_username', 'given_name', 'middle_name', 'family_name'],
  ...['email', 'email_verified', 'profile', 'zoneinfo', 'locale', 'address', 'phone_number'],
  ...['updated_at', 'at_hash'],
];

/** How long verifiers may keep the keys; Okta's own figure is of this order. */
const keysMaxAgeSeconds = 3_832_304;

/** `GET {base}/keys`: published keys, which for the org server verify ID tokens only. */
export async function keys({ org, server }: EndpointRequest): Promise<Response> {
  const published = await org.keys.published(server.id);
  return Response.json(
    { keys: published.map((key) => key.publicJwk) },
    { headers: { 'cache-control': `max-age=${keysMaxAgeSeconds}, must-revalidate` } },
  );
}

/** RFC 8414; names only endpoints that this org has. */
export function oauthMetadata({ server }: EndpointRequest): Response {
  return Response.json(metadata(server, supportedGrantTypes));
}

/** OpenID Connect Discovery 1.0. */
export function openIdConfiguration({ server }: EndpointRequest): Response {
  // Okta lists client credentials in the OAuth document alone: it has nothing to do with OpenID.
  const grantTypes = supportedGrantTypes.filter((type) => type !== 'client_credentials');
  return Response.json({
    ...metadata(server, grantTypes),
    userinfo_endpoint: `${server.base}/userinfo`,
    id_token_signing_alg_values_supported: ['RS256'],
  });
}

function metadata(server: AuthorizationServer, grantTypes: readonly string[]) {
  const { issuer, base } = server;
  return {
    issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    jwks_uri: `${base}/keys`,
    introspection_endpoint: `${base}/introspect`,
    revocation_endpoint: `${base}/revoke`,
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: grantTypes,
    subject_types_supported: ['public'],
    scopes_supported: server.settings?.publishedScopes ?? standardScopes,
    token_endpoint_auth_methods_supported: clientAuthentication,
    introspection_endpoint_auth_methods_supported: clientAuthentication,
    revocation_endpoint_auth_methods_supported: clientAuthentication,
    claims_supported: idTokenClaims,
    code_challenge_methods_supported: ['S256'],
    request_parameter_supported: false,
    dpop_signing_alg_values_supported: dpopAlgorithms,
  };
}
