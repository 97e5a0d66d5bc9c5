import type { SeedAuthorizationServer, SeedClient } from './handle.ts';
import { mfaOob, mfaOtp } from './oauth/mfa.ts';
import { defaultServerId } from './settings/default-org.ts';
import type { Keys } from './store/keys.ts';

/** Fixed, so that a README can name them: this org listens on the loopback address only. */
export const customer = { email: 'demo@example.com', password: 'Correct-Horse-7' };
export const apiClient = {
  clientId: '0oa1accountApi000001',
  clientSecret: 'embedded-org-account-api-secret-0000000001',
  redirectUri: 'http://127.0.0.1/callback',
};
export const serviceClient = {
  clientId: '0oa1backend000000001',
  clientSecret: 'embedded-org-backend-service-secret-0000001',
  scope: 'accounts.read',
};
export const apiToken = '00embeddedOrgAdministratorApiToken00000001';
export const managementClientId = '0oa1management000001';

const userScopes = [
  ...['openid', 'profile', 'email', 'address', 'phone', 'offline_access'],
  // Okta's own: a token with them changes its bearer's address, and nothing else.
  ...['okta.myAccount.email.read', 'okta.myAccount.email.manage'],
];

export const defaultServer: SeedAuthorizationServer = {
  id: defaultServerId,
  audience: 'api://default',
  scopes: [...userScopes, serviceClient.scope],
  policies: [
    {
      clientIds: [serviceClient.clientId],
      rules: [
        {
          grantTypes: ['client_credentials'],
          scopes: [serviceClient.scope],
          accessTokenLifetimeMinutes: 60,
          refreshTokenLifetimeMinutes: 0,
          refreshTokenWindowMinutes: 10_080,
        },
      ],
    },
    {
      clientIds: 'ALL_CLIENTS',
      rules: [
        {
          grantTypes: ['authorization_code', 'password', mfaOtp, mfaOob],
          // Not `*`: a customer must not get a scope that makes a service of its bearer.
          scopes: userScopes,
          accessTokenLifetimeMinutes: 60,
          refreshTokenLifetimeMinutes: 0,
          // Okta's default is a week, after which a shopper would have to log in again.
          refreshTokenWindowMinutes: 90 * 24 * 60,
        },
      ],
    },
  ],
};

export function defaultClients(keys: Keys): SeedClient[] {
  const common = {
    secret: null,
    jwks: null,
    grantTypes: ['client_credentials'],
    redirectUris: [],
    refreshToken: { rotation: 'ROTATE', leewaySeconds: 30 },
    assignedGroupIds: [],
    oktaScopes: [],
  } satisfies Partial<SeedClient>;
  return [
    {
      ...common,
      clientId: apiClient.clientId,
      label: 'Account API',
      secret: apiClient.clientSecret,
      authentication: 'client_secret_basic',
      grantTypes: ['password', 'authorization_code', 'refresh_token', mfaOtp, mfaOob],
      redirectUris: [apiClient.redirectUri],
      assignedGroupIds: ['EVERYONE'],
    },
    {
      ...common,
      clientId: serviceClient.clientId,
      label: 'Backend service',
      secret: serviceClient.clientSecret,
      authentication: 'client_secret_basic',
    },
    {
      ...common,
      clientId: managementClientId,
      label: 'Account API, users',
      authentication: 'private_key_jwt',
      jwks: { keys: [{ ...keys.managementApp.publicJwk }] },
      oktaScopes: [
        'okta.users.read',
        'okta.users.manage',
        'okta.sessions.read',
        'okta.sessions.manage',
        'okta.policies.read',
        'okta.schemas.read',
        'okta.logs.read',
      ],
    },
  ];
}
