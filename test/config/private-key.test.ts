import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const pem = rsa.export({ type: 'pkcs8', format: 'pem' }).toString();
const pkcs1 = rsa.export({ type: 'pkcs1', format: 'pem' }).toString();
const jwk = rsa.export({ format: 'jwk' });
const { kty, n, e, d } = jwk;
const certificate = '-----BEGIN CERTIFICATE-----\nTUlJQg==\n-----END CERTIFICATE-----\n';
const base64 = (text: string) => Buffer.from(text).toString('base64');

const app = {
  OKTA_ISSUER: 'https://acme.okta.com/oauth2/default',
  OKTA_CLIENT_ID: '0oa1',
  OKTA_SERVICE_CLIENT_ID: '0oa2',
};
/** A service app and a client that both have the key. */
const parsed = (key: string, keyId: string | undefined = 'kid-1') =>
  parseConfig({
    ...app,
    OKTA_CLIENT_AUTH_METHOD: 'private_key_jwt',
    OKTA_CLIENT_PRIVATE_KEY: key,
    OKTA_CLIENT_KEY_ID: keyId,
    OKTA_SERVICE_PRIVATE_KEY: key,
    OKTA_SERVICE_KEY_ID: keyId,
  });

it.each([
  ['a PEM', pem],
  ['a PEM with CRLF', pem.replaceAll('\n', '\r\n')],
  ['a PEM with \\n for line breaks', pem.replaceAll('\n', '\\n')],
  ['a PEM with \\r\\n for line breaks', pem.replaceAll('\n', '\\r\\n')],
  ['a PEM with line breaks that were escaped twice', pem.replaceAll('\n', '\\\\n')],
  ['a PEM with blanks for line breaks', pem.replaceAll('\n', ' ')],
  ['a PEM without line breaks', pem.replaceAll('\n', '')],
  ['a PEM on one line in quotes', `"${pem.replaceAll('\n', ' ')}"`],
  ['a PEM in base64', base64(pem)],
  ['a PEM on one line in base64', base64(pem.replaceAll('\n', ' '))],
  ['a PEM behind its certificate', `${certificate}${pem}`],
  ['a PKCS #1 PEM', pkcs1],
  ['a PKCS #1 PEM on one line', pkcs1.replaceAll('\n', ' ')],
  ['a JWK', JSON.stringify(jwk)],
  ['a JWK as the Admin Console prints it', JSON.stringify({ ...jwk, use: 'sig' }, null, 4)],
  ['a JWK in quotes', `'${JSON.stringify(jwk)}'`],
  ['a JWK with escaped quotes', JSON.stringify(JSON.stringify(jwk))],
  ['a JWK with \\n for line breaks', JSON.stringify(jwk, null, 2).replaceAll('\n', '\\n')],
  ['a JWK in base64', base64(JSON.stringify(jwk))],
  ['a JWK in base64url', Buffer.from(JSON.stringify(jwk)).toString('base64url')],
  ['a set with one JWK', JSON.stringify({ keys: [jwk] })],
])('%s is read as the private key that it is', (_form, key) => {
  const config = parsed(key);
  if (!config.ok) throw new Error(JSON.stringify(config.problems));
  const { management, clientAuthentication } = config.secrets.okta ?? {};
  expect(management).toMatchObject({ privateKeyPem: pem, keyId: 'kid-1' });
  expect(clientAuthentication).toMatchObject({ privateKeyPem: pem, keyId: 'kid-1' });
});

it('the id of a JWK counts where no other is set', () => {
  const config = parsed(JSON.stringify({ ...jwk, kid: 'kid-of-the-jwk' }), '');
  if (!config.ok) throw new Error(JSON.stringify(config.problems));
  expect(config.secrets.okta?.management).toMatchObject({ keyId: 'kid-of-the-jwk' });
  const without = parsed(JSON.stringify(jwk), '');
  expect(without.ok ? [] : without.problems.map(({ variable }) => variable)).toEqual([
    'OKTA_CLIENT_KEY_ID',
    'OKTA_SERVICE_KEY_ID',
  ]);
});

const cipher = { cipher: 'aes-256-cbc', passphrase: 'x' } as const;
const encrypted = rsa.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString();
const oldEncrypted = rsa.export({ type: 'pkcs1', format: 'pem', ...cipher }).toString();
const publicPem = createPublicKey(rsa).export({ type: 'spki', format: 'pem' }).toString();
const openSsh = '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----';

it.each([
  ['encrypted', encrypted, 'encrypted with a passphrase'],
  ['encrypted, on one line', encrypted.replaceAll('\n', ' '), 'encrypted with a passphrase'],
  ['encrypted as PKCS #1', oldEncrypted, 'encrypted with a passphrase'],
  ['public', publicPem, 'the public key'],
  ['public, in base64', base64(publicPem), 'the public key'],
  ['public, as a JWK', JSON.stringify({ kty, n, e }), 'the public key'],
  ['a certificate', certificate, 'a certificate'],
  ['the body of a PEM', pem.replaceAll(/-----.*-----\n/g, ''), 'without its first and last line'],
  ['such a body on one line', pem.replaceAll(/-----.*-----|\n/g, ''), 'without its first and last'],
  ['cut off', pem.slice(0, 900), 'without its end'],
  ['changed', pem.replace('MII', 'MIX'), 'a PEM that cannot be read'],
  ['a path', '/etc/okta/private-key', 'the path to a file'],
  ['a relative path', './keys/okta.pem', 'the path to a file'],
  ['a name of a file', 'okta.pem', 'the path to a file'],
  ['a path of Windows', 'C:\\new\\okta.key', 'the path to a file'],
  ['a file URL', 'file:///etc/okta.pem', 'the path to a file'],
  ['a set of several', JSON.stringify({ keys: [jwk, jwk] }), 'a JWK set of 2 keys'],
  ['an empty set', JSON.stringify({ keys: [] }), 'a JWK set of 0 keys'],
  ['a JWK whose quotes a shell took', JSON.stringify(jwk).replaceAll('"', ''), 'is not JSON'],
  ['a JWK without its primes', JSON.stringify({ kty, n, e, d }), 'a JWK that cannot be read'],
  ['symmetric', JSON.stringify({ kty: 'oct', k: 'c2VjcmV0' }), 'a JWK that cannot be read'],
  ['of OpenSSH', openSsh, "OpenSSH's own format"],
  ['nothing of the kind', 'junk', 'neither a PEM nor a JWK'],
])('of a key that is %s the start says so, and shows nothing of it', (_what, key, problem) => {
  const config = parsed(key);
  const problems = config.ok ? [] : config.problems;
  expect(problems.map(({ variable }) => variable)).toEqual([
    'OKTA_CLIENT_PRIVATE_KEY',
    'OKTA_SERVICE_PRIVATE_KEY',
  ]);
  for (const { problem: told } of problems) expect(told).toContain(problem);
  if (key.length > 40) expect(JSON.stringify(problems)).not.toContain(key.slice(40, 60));
});
