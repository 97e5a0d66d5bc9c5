import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** A private key, or why the text is not one. */
export type ReadKey =
  | {
      readonly ok: true;
      readonly key: KeyObject;
      /** `kid` of a JWK; null without one. */
      readonly keyId: string | null;
    }
  | { readonly ok: false; readonly problem: string; readonly fix: string };

const makeAKey =
  'Make one with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048` and give its PEM, or the PEM in base64.';
export const givePrivateKey = `Give the private key that Okta showed when it was made, as JWK or PEM. ${makeAKey}`;

/**
 * Reads an RSA private key in the forms in which people have one: the JWK or the PEM that Okta's Admin
 * Console shows, a JWK set with that one key, or either in base64. Many
 * stores of variables accept no line breaks, so those of a PEM may be spaces, written as `\n` or `\r\n`,
 * or missing (RFC 7468 section 3 lets parsers ignore white space).
 */
export function readKey(value: string): ReadKey {
  const text = value.replace(/\\+[rn]/g, '\n').trim();
  if (isJson(text)) return readJwk(text);
  if (isPem(text)) return readPem(text);
  if (/^(?:file:|[~.]{0,2}\/|[A-Za-z]:\\)|\.(?:pem|key|json|p8|der)$/.test(value)) {
    return notAKey(
      'It is the path to a file.',
      'Give what the file holds, or name its directory by SECRETS_DIR.',
    );
  }
  const decoded = Buffer.from(text, 'base64').toString('utf8').trim();
  if (isJson(decoded)) return readJwk(decoded);
  if (isPem(decoded)) return readPem(decoded);
  if (isDer(text)) {
    return notAKey(
      'It is the body of a PEM without its first and last line.',
      'Give the whole PEM, from -----BEGIN to -----END and its dashes.',
    );
  }
  return notAKey('It is neither a PEM nor a JWK.', givePrivateKey);
}

const isJson = (text: string) => text.startsWith('{');
const isPem = (text: string) => text.includes('-----BEGIN');
/** An ASN.1 sequence of more than 127 bytes. */
const isDer = (text: string) => /^MI[GIH]/.test(text);

const block = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;

function readPem(text: string): ReadKey {
  const blocks = [...text.matchAll(block)].map(([, label = '', body = '']) => ({ label, body }));
  const found = blocks.find(({ label }) => label.endsWith('PRIVATE KEY')) ?? blocks[0];
  if (found === undefined) {
    return notAKey(
      'It is a PEM without its end.',
      'Give the whole PEM, up to -----END and its dashes.',
    );
  }
  const { label, body } = found;
  if (label === 'ENCRYPTED PRIVATE KEY' || body.includes('ENCRYPTED')) {
    return notAKey(
      'It is encrypted with a passphrase.',
      'Decrypt it with `openssl pkey -in key.pem -out plain.pem`, and give what is in plain.pem.',
    );
  }
  if (label.endsWith('PUBLIC KEY')) return publicKey();
  if (label.includes('CERTIFICATE')) {
    return notAKey('It is a certificate, which holds a public key.', givePrivateKey);
  }
  if (label === 'OPENSSH PRIVATE KEY') {
    return notAKey(
      "It is in OpenSSH's own format.",
      'Turn it into a PEM with `ssh-keygen -p -m PEM -f key`.',
    );
  }
  const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
  const pem = [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
  return orRefused(() => ({ key: createPrivateKey(pem), keyId: null }), 'PEM');
}

function readJwk(text: string): ReadKey {
  // Some platforms escape the quotes; the values of a JWK have none.
  const parsed = parseJson(text.replaceAll('\\"', '"'));
  if (parsed === null) {
    return notAKey(
      'It begins like a JWK and is not JSON.',
      "Put it in single quotes: shells and some platforms drop a JWK's own quotes. Or give it in base64.",
    );
  }
  const keys = Array.isArray(parsed['keys']) ? parsed['keys'] : [parsed];
  const [jwk] = keys;
  if (keys.length !== 1 || !isObject(jwk)) {
    return notAKey(
      `It is a JWK set of ${keys.length} keys.`,
      'Give the one whose `kid` is registered with the app.',
    );
  }
  if (jwk['kty'] === 'RSA' && jwk['d'] === undefined) return publicKey();
  const keyId = typeof jwk['kid'] === 'string' && jwk['kid'] !== '' ? jwk['kid'] : null;
  return orRefused(() => ({ key: createPrivateKey({ key: jwk, format: 'jwk' }), keyId }), 'JWK');
}

function parseJson(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is JsonWebKey & Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function orRefused(
  read: () => { readonly key: KeyObject; readonly keyId: string | null },
  form: 'PEM' | 'JWK',
): ReadKey {
  try {
    return { ok: true, ...read() };
  } catch {
    return notAKey(
      `It is a ${form} that cannot be read: parts of it are missing or changed.`,
      givePrivateKey,
    );
  }
}

function publicKey(): ReadKey {
  return notAKey('It is the public key, which Okta has.', givePrivateKey);
}

function notAKey(problem: string, fix: string): ReadKey {
  return { ok: false, problem, fix };
}
