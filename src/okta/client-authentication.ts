import { createPrivateKey, type KeyObject } from 'node:crypto';
import { importPKCS8 } from 'jose';
import {
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  modifyAssertion,
  PrivateKeyJwt,
} from 'oauth4webapi';
import type { ClientAuthentication } from '../config.ts';
import { latest } from '../latest.ts';

/** Per call, since Okta wants a client assertion's `aud` to be the very endpoint that is called. */
export type AuthenticateAt = (endpoint: string) => Promise<ClientAuth>;

/**
 * By what is current when a call begins.
 * @throws TypeError, here and where it is called, for a private key that is no RSA or NIST curve key
 *   in PEM
 */
export function createClientAuthentication(current: () => ClientAuthentication): AuthenticateAt {
  const authenticateAt = latest(current, authenticationBy);
  authenticateAt();
  return (endpoint) => authenticateAt()(endpoint);
}

function authenticationBy(config: ClientAuthentication): AuthenticateAt {
  if (config.method === 'private_key_jwt') return privateKeyJwt(config);
  const authentication =
    config.method === 'client_secret_basic'
      ? ClientSecretBasic(config.secret)
      : ClientSecretPost(config.secret);
  return async () => authentication;
}

function privateKeyJwt(config: { readonly privateKeyPem: string; readonly keyId: string }) {
  const privateKey = createPrivateKey(config.privateKeyPem);
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const algorithm = signatureAlgorithm(privateKey);
  return async (endpoint: string): Promise<ClientAuth> =>
    PrivateKeyJwt(
      { key: await importPKCS8(pkcs8, algorithm), kid: config.keyId },
      {
        [modifyAssertion]: (_header, payload) => {
          payload['aud'] = endpoint;
        },
      },
    );
}

const algorithmByCurve: ReadonlyMap<string | undefined, string> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
]);

function signatureAlgorithm(key: KeyObject): string {
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  const algorithm = algorithmByCurve.get(key.asymmetricKeyDetails?.namedCurve);
  if (algorithm !== undefined) return algorithm;
  throw new TypeError('A private key for private_key_jwt must be RSA or on a NIST curve.');
}
