import { generateKeyPairSync } from 'node:crypto';
import { exportJWK } from 'jose';
import type { ManagementAuthentication } from '../../src/config.ts';
import type { SeedClient } from '../../src/embedded/handle.ts';

/** A service app beside the seeded one, and the credential that it authenticates by. */
export interface ServiceApp {
  readonly client: SeedClient;
  readonly management: ManagementAuthentication;
}

export async function createServiceApp(more: Partial<SeedClient> = {}): Promise<ServiceApp> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const app = { clientId: '0oa1another00000001', keyId: 'of-another-app' };
  return {
    client: {
      clientId: app.clientId,
      label: 'Another service app',
      secret: null,
      authentication: 'private_key_jwt',
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: app.keyId, alg: 'ES256' }] },
      grantTypes: ['client_credentials'],
      redirectUris: [],
      refreshToken: { rotation: 'ROTATE', leewaySeconds: 30 },
      assignedGroupIds: [],
      oktaScopes: ['okta.users.read', 'okta.users.manage', 'okta.policies.read', 'okta.logs.read'],
      ...more,
    },
    management: {
      method: 'service_app',
      ...app,
      privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
  };
}
