import okta from '@okta/okta-sdk-nodejs';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';

const eachCallOnce = {
  cacheMiddleware: null,
  requestExecutor: new okta.DefaultRequestExecutor({ maxRetries: 0, requestTimeout: 0 }),
};

/** Okta's SDK with the API token of the org. */
export function sdkWithApiToken({ url, seeded }: EmbeddedOkta) {
  return new okta.Client({ orgUrl: url, token: seeded.apiToken, ...eachCallOnce });
}

/** Okta's SDK as the service app of the org. */
export function sdkAsServiceApp({ url, seeded }: EmbeddedOkta, scopes: string[]) {
  const { clientId, privateKeyPem, keyId } = seeded.managementApp;
  return new okta.Client({
    orgUrl: url,
    authorizationMode: 'PrivateKey',
    clientId,
    scopes,
    privateKey: privateKeyPem,
    keyId,
    ...eachCallOnce,
  });
}
