import { createPrivateKey, type KeyObject } from 'node:crypto';
import { importPKCS8 } from 'jose';
import { type ClientAuth, ClientSecretPost, modifyAssertion, PrivateKeyJwt } from 'oauth4webapi';
import { memoizeLatest } from '../../cache/memoize-latest.ts';
import type { ClientAuthentication } from '../../config.ts';

/** Per call, since Okta requires the called endpoint as the `aud` of a client assertion. */
export type AuthenticateAt = (endpoint: string) => Promise<ClientAuth>;

/**
 * Uses the credentials that are current when a call starts.
 * @throws TypeError, here and where it is called, for a private key that is no RSA or NIST curve key
 *   in PEM
 */
export function createClientAuthentication(current: () => ClientAuthentication): AuthenticateAt {
  const authenticateAt = memoizeLatest(current, authenticationBy);
  authenticateAt();
  return (endpoint) => authenticateAt()(endpoint);
}

function authenticationBy(config: ClientAuthentication): AuthenticateAt {
  if (config.method === 'private_key_jwt') return privateKeyJwt(config);
  const authentication =
    config.method === 'client_secret_basic'
      ? clientSecretBasic(config.secret)
      : ClientSecretPost(config.secret);
  return async () => authentication;
}

/**
 * RFC 6749 section 2.3.1 form-encodes both parts; Okta documents plain Base64. Okta's ids and secrets
 * consist of letters, digits, `-` and `_`. These stay unencoded, so it works whether or not the server
 * decodes them.
 */
function clientSecretBasic(secret: string): ClientAuth {
  const encodedSecret = percentEncoded(secret);
  return (_server, client, _body, headers) => {
    const pair = `${percentEncoded(client.client_id)}:${encodedSecret}`;
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  };
}

/** All but the unreserved characters of RFC 3986 section 2.3. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
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
