import type { KeyObject } from 'node:crypto';
import type { ClientAuthentication, ManagementAuthentication } from '../config.ts';
import { givePrivateKey, readKey } from './private-key.ts';
import type { Settings } from './settings.ts';
import type { VariableName } from './variables.ts';

const minModulusBits = 2048;

const serviceAppVariables = [
  'OKTA_SERVICE_CLIENT_ID',
  'OKTA_SERVICE_PRIVATE_KEY',
  'OKTA_SERVICE_KEY_ID',
] as const;

/** How the API authenticates at Okta's OAuth endpoints. */
export function readClientAuthentication(settings: Settings): ClientAuthentication {
  const method = settings.choice(
    'OKTA_CLIENT_AUTH_METHOD',
    ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    'client_secret_basic',
  );
  if (method === 'private_key_jwt') {
    return {
      method,
      ...readKeyPair(settings, { key: 'OKTA_CLIENT_PRIVATE_KEY', id: 'OKTA_CLIENT_KEY_ID' }),
    };
  }
  const secret = settings.required(
    'OKTA_CLIENT_SECRET',
    'Copy the client secret of the app, or set OKTA_CLIENT_AUTH_METHOD=private_key_jwt.',
  );
  return { method, secret: secret ?? '' };
}

/** How the API authenticates at Okta's management API: an API token or a service app. */
export function readManagementAuthentication(settings: Settings): ManagementAuthentication {
  const apiToken = settings.text('OKTA_API_TOKEN');
  const wantsServiceApp = serviceAppVariables.some((name) => settings.text(name) !== null);
  if (apiToken !== null && wantsServiceApp) {
    settings.report(
      'OKTA_API_TOKEN',
      'There are two credentials for the management API.',
      'Set either OKTA_API_TOKEN or the OKTA_SERVICE_* variables.',
    );
  }
  if (wantsServiceApp) {
    const clientId = settings.required(
      'OKTA_SERVICE_CLIENT_ID',
      'Copy the client id of the service app (Okta: API Services integration).',
    );
    return {
      method: 'service_app',
      clientId: clientId ?? '',
      ...readKeyPair(settings, { key: 'OKTA_SERVICE_PRIVATE_KEY', id: 'OKTA_SERVICE_KEY_ID' }),
    };
  }
  settings.required(
    'OKTA_API_TOKEN',
    'Make one (Okta admin console: Security > API > Tokens), or set the OKTA_SERVICE_* variables.',
  );
  if (apiToken !== null && /\s/.test(apiToken)) {
    settings.report(
      'OKTA_API_TOKEN',
      'It holds more than the token.',
      'Give the token alone, without SSWS before it.',
    );
  }
  return { method: 'ssws', apiToken: apiToken ?? '' };
}

/** A private key and its id at Okta. */
function readKeyPair(
  settings: Settings,
  names: { readonly key: VariableName; readonly id: VariableName },
): { readonly privateKeyPem: string; readonly keyId: string } {
  const value = settings.required(names.key, givePrivateKey);
  const read = value === null ? null : readKey(value);
  if (read?.ok === false) settings.report(names.key, read.problem, read.fix);
  const privateKeyPem = read?.ok ? rsaPem(settings, names.key, read.key) : '';
  const own = read?.ok ? read.keyId : null;
  return { privateKeyPem, keyId: readKeyId(settings, names.id, own) };
}

/** @param own the `kid` of the key itself, if it is a JWK */
function readKeyId(settings: Settings, name: VariableName, own: string | null): string {
  const fix = 'Copy the KID that Okta shows beside the public key of the app.';
  return (own === null ? settings.required(name, fix) : settings.text(name)) ?? own ?? '';
}

/** As PKCS #8 PEM, from any of the accepted forms. */
function rsaPem(settings: Settings, name: VariableName, key: KeyObject): string {
  if (key.asymmetricKeyType !== 'rsa') {
    settings.report(name, 'It is not an RSA key.', givePrivateKey);
    return '';
  }
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < minModulusBits) {
    settings.report(name, `It is shorter than ${minModulusBits} bits.`, givePrivateKey);
    return '';
  }
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
