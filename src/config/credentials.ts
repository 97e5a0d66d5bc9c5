import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { ClientAuthentication, ManagementAuthentication } from '../config.ts';
import type { Settings } from './settings.ts';
import type { VariableName } from './variables.ts';

const minModulusBits = 2048;
const makeAKey =
  'Make one with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048` and give its PEM, or the PEM in base64.';

const serviceAppVariables = [
  'OKTA_SERVICE_CLIENT_ID',
  'OKTA_SERVICE_PRIVATE_KEY',
  'OKTA_SERVICE_KEY_ID',
] as const;

/** How the API proves to Okta's OAuth endpoints that it is the app. */
export function readClientAuthentication(settings: Settings): ClientAuthentication {
  const method = settings.choice(
    'OKTA_CLIENT_AUTH_METHOD',
    ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    'client_secret_basic',
  );
  if (method === 'private_key_jwt') {
    return {
      method,
      privateKeyPem: readPrivateKey(settings, 'OKTA_CLIENT_PRIVATE_KEY'),
      keyId: readKeyId(settings, 'OKTA_CLIENT_KEY_ID'),
    };
  }
  const secret = settings.required(
    'OKTA_CLIENT_SECRET',
    'Copy the client secret of the app, or set OKTA_CLIENT_AUTH_METHOD=private_key_jwt.',
  );
  return { method, secret: secret ?? '' };
}

/** How the API may read and make users: an API token, or a service app. */
export function readManagementAuthentication(settings: Settings): ManagementAuthentication {
  const apiToken = settings.text('OKTA_API_TOKEN');
  const wantsServiceApp = serviceAppVariables.some((name) => settings.text(name) !== null);
  if (apiToken !== null && wantsServiceApp) {
    settings.report(
      'OKTA_API_TOKEN',
      'There are two credentials for the management API.',
      'Set either OKTA_API_TOKEN or the three OKTA_SERVICE_* variables.',
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
      privateKeyPem: readPrivateKey(settings, 'OKTA_SERVICE_PRIVATE_KEY'),
      keyId: readKeyId(settings, 'OKTA_SERVICE_KEY_ID'),
    };
  }
  settings.required(
    'OKTA_API_TOKEN',
    'Make one (Okta admin console: Security > API > Tokens), or set the three OKTA_SERVICE_* variables.',
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

function readKeyId(settings: Settings, name: VariableName): string {
  const fix = 'Copy the KID that Okta shows beside the public key of the app.';
  return settings.required(name, fix) ?? '';
}

/** As PKCS #8 PEM, whichever form it was given in. */
function readPrivateKey(settings: Settings, name: VariableName): string {
  const value = settings.required(name, makeAKey);
  if (value === null) return '';
  const key = parseKey(value);
  if (key === null) {
    settings.report(name, 'It cannot be read as an unencrypted private key.', makeAKey);
    return '';
  }
  if (key.asymmetricKeyType !== 'rsa') {
    settings.report(name, 'It is not an RSA key.', makeAKey);
    return '';
  }
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < minModulusBits) {
    settings.report(name, `It is shorter than ${minModulusBits} bits.`, makeAKey);
    return '';
  }
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function parseKey(value: string): KeyObject | null {
  // Many places that hold variables take no line breaks, so they are written as \n, or in base64.
  const pem = value.includes('-----BEGIN')
    ? value.replaceAll('\\n', '\n')
    : Buffer.from(value, 'base64').toString('utf8');
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}
