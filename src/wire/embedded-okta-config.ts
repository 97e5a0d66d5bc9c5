import type { OktaCredentials, OktaSettings } from '../config.ts';
import type { EmbeddedOkta } from '../embedded/handle.ts';

/** The configuration for an embedded org, with the same settings as for a real one. */
export function embeddedOktaConfig(
  { url, issuer, seeded }: EmbeddedOkta,
  logInFlow: OktaSettings['logInFlow'],
): OktaSettings {
  const { clientId, redirectUri } = seeded.apiClient;
  return {
    orgUrl: url,
    issuer,
    audience: 'api://default',
    clientId,
    logInFlow,
    redirectUri,
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    acceptedClientIds: [clientId],
    signUpGroupIds: [],
    userBatchSize: 100,
    callTimeoutMs: 3_000,
  };
}

export function embeddedOktaCredentials({ seeded }: EmbeddedOkta): OktaCredentials {
  const { clientSecret } = seeded.apiClient;
  return {
    clientAuthentication: { method: 'client_secret_basic', secret: clientSecret },
    management: { method: 'service_app', ...seeded.managementApp },
  };
}
