import type { OktaConfig } from '../../src/config.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';

/** The settings that fit the seed of an embedded org. */
export function embeddedConfig({ url, issuer, seeded }: EmbeddedOkta): OktaConfig {
  const { clientId, clientSecret, redirectUri } = seeded.apiClient;
  return {
    orgUrl: url,
    issuer,
    audience: 'api://default',
    clientId,
    clientAuthentication: { method: 'client_secret_basic', secret: clientSecret },
    management: { method: 'ssws', apiToken: seeded.apiToken },
    logInFlow: 'password',
    redirectUri,
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    acceptedClientIds: [clientId],
    signUpGroupIds: [],
    userBatchSize: 100,
    callTimeoutMs: 3000,
  };
}

export function serviceApp({ seeded }: EmbeddedOkta): OktaConfig['management'] {
  return { method: 'service_app', ...seeded.managementApp };
}
