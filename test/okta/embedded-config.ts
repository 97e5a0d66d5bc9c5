import type {
  ManagementAuthentication,
  OktaConfig,
  OktaCredentials,
  OktaSettings,
} from '../../src/config.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';

/** What a test may choose: credentials as they are, since few tests replace them. */
export type OktaChoice = Partial<OktaSettings & OktaCredentials>;

/** The settings that fit the seed of an embedded org. */
export function embeddedConfig(okta: EmbeddedOkta, choice: OktaChoice = {}): OktaConfig {
  const { clientAuthentication, management, ...settings } = { ...seededConfig(okta), ...choice };
  return {
    ...settings,
    clientAuthentication: () => clientAuthentication,
    management: () => management,
  };
}

function seededConfig({ url, issuer, seeded }: EmbeddedOkta): OktaSettings & OktaCredentials {
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

export function serviceApp({ seeded }: EmbeddedOkta): ManagementAuthentication {
  return { method: 'service_app', ...seeded.managementApp };
}
