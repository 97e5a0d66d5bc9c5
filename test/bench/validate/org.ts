import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { closeNow, listenLocally } from '../../support/local-url.ts';

/** As much of an Okta org as validation needs, and so fast that nothing waits for it. */
export interface Org {
  readonly url: string;
  readonly issuer: string;
  /** Access tokens, of 500 customers in turn; each another one. */
  mintTokens(count: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

const customers = 500;
const clientId = '0oabench000000000000';
const keyId = 'bench';
const lifetimeSeconds = 3_600;
const signAsync = promisify(sign);

export const acceptedClientId = clientId;

export interface SigningKey {
  readonly keySet: object;
  /** An access token of that issuer, another one for each index. */
  mint(index: number, issuer: string): Promise<string>;
}

export function createSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'RS256', use: 'sig' };
  const head = base64url({ kid: keyId, alg: 'RS256' });
  return {
    keySet: { keys: [key] },
    async mint(index, issuer) {
      const content = `${head}.${base64url(claimsOf(index, issuer))}`;
      const signature = await signAsync('RSA-SHA256', Buffer.from(content), privateKey);
      return `${content}.${signature.toString('base64url')}`;
    },
  };
}

export async function startOrg(): Promise<Org> {
  const { keySet, mint: mintFor } = createSigningKey();
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer(request.url ?? '', keySet)));
  });
  const url = await listenLocally(server);
  const issuer = `${url}/oauth2/default`;
  const mint = (index: number) => mintFor(index, issuer);
  return {
    url,
    issuer,
    mintTokens: (count) => Promise.all(Array.from({ length: count }, (_, index) => mint(index))),
    close: () => closeNow(server),
  };
}

function answer(path: string, keySet: object): unknown {
  if (path.endsWith('/keys')) return keySet;
  const ids = [...path.matchAll(/00u\d{17}/g)].map(([id]) => id);
  const users = ids.map(userOf);
  return path.startsWith('/api/v1/users/') ? users[0] : users;
}

function userIdOf(index: number): string {
  return `00u${String(index % customers).padStart(17, '0')}`;
}

function userOf(id: string) {
  const at = '2026-01-01T00:00:00.000Z';
  const email = `${id}@example.com`;
  const profile = { login: email, email, firstName: 'Ada', lastName: 'Lovelace' };
  return { id, status: 'ACTIVE', created: at, lastUpdated: at, profile };
}

function claimsOf(index: number, issuer: string) {
  const iat = Math.floor(Date.now() / 1000);
  return {
    ver: 1,
    jti: `AT.${String(index).padStart(8, '0')}.${'x'.repeat(32)}`,
    iss: issuer,
    aud: 'api://default',
    iat,
    exp: iat + lifetimeSeconds,
    cid: clientId,
    uid: userIdOf(index),
    scp: ['openid', 'profile', 'email', 'offline_access'],
    auth_time: iat,
    sub: `${userIdOf(index)}@example.com`,
  };
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
