import { generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { CallContext, Introspection } from '../../src/identity/model.ts';
import { fetchKeysFrom } from '../../src/tokens/keys/jwks.ts';
import { createKeySet, type KeySet } from '../../src/tokens/keys/key-set.ts';
import { createRevocations, type Revocations } from '../../src/tokens/revocation/revocations.ts';
import { createTokenVerifier } from '../../src/tokens/verify/verifier.ts';
import { closeNow, listenLocally } from '../support/local-url.ts';

export type Json = Record<string, unknown>;

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: Json;
}

export const START = Date.UTC(2027, 0, 15, 12);
export const startSeconds = START / 1000;
const { signal } = new AbortController();
export const context: CallContext = { requestId: 'r1', signal, shopper: null };

export function makeKey(kid: string, modulusLength = 2048): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
  return { kid, privateKey, publicKey, jwk };
}

export function encode(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

/** Signed by node:crypto, so that jose cannot agree with itself about a mistake. */
export function signToken(header: unknown, claims: unknown, { privateKey }: SigningKey): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signBytes('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}

export function claimsOf(issuer: string, changes: Json = {}): Json {
  return {
    ver: 1,
    jti: 'AT.1',
    iss: issuer,
    aud: 'api://default',
    iat: startSeconds,
    exp: startSeconds + 3600,
    cid: 'web-app',
    uid: '00u1',
    scp: ['openid', 'profile'],
    sub: 'ada@example.com',
    ...changes,
  };
}

export interface Listener {
  readonly url: string;
  hits: number;
  respond: RequestListener;
  close(): Promise<void>;
}

export async function listen(respond: RequestListener): Promise<Listener> {
  const listener: Listener = {
    url: '',
    hits: 0,
    respond,
    close: () => closeNow(server),
  };
  const server: Server = createServer((request, response) => {
    listener.hits += 1;
    listener.respond(request, response);
  });
  return Object.assign(listener, { url: await listenLocally(server) });
}

export function answerKeys(keys: readonly SigningKey[], headers: Record<string, string> = {}) {
  const body = JSON.stringify({ keys: keys.map((key) => key.jwk) });
  return ((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
  }) satisfies RequestListener;
}

export interface Rig {
  readonly org: Listener;
  readonly issuer: string;
  readonly key: SigningKey;
  readonly keys: KeySet;
  readonly verifier: ReturnType<typeof createTokenVerifier>;
  readonly revocations: Revocations;
  feedLagSeconds: number | null;
  /** Loads of the key set that failed. */
  readonly failures: unknown[];
  /** Tokens that the issuer was asked about. */
  readonly introspected: string[];
  readonly clock: { now: number };
  answer: Introspection;
  token(claims?: Json, header?: Json): string;
}

/** A verifier on an issuer that serves `key` over a real socket; `orgServer` makes the org itself the issuer. */
export async function startRig(options: { orgServer?: boolean } = {}): Promise<Rig> {
  const key = makeKey('key-1');
  const org = await listen(answerKeys([key]));
  const issuer = options.orgServer ? org.url : `${org.url}/oauth2/default`;
  const clock = { now: START };
  const failures: unknown[] = [];
  const introspected: string[] = [];
  const keys = createKeySet({
    fetchKeys: fetchKeysFrom(`${issuer}/v1/keys`),
    now: () => clock.now,
    onFailure: (cause) => failures.push(cause),
  });
  const revocations = createRevocations({ now: () => clock.now });
  const audience = options.orgServer ? org.url : 'api://default';
  const rig: Rig = {
    org,
    issuer,
    key,
    keys,
    failures,
    introspected,
    revocations,
    feedLagSeconds: null,
    clock,
    answer: { active: false },
    token: (claims, header) =>
      signToken({ kid: key.kid, alg: 'RS256', ...header }, claimsOf(issuer, claims), key),
    verifier: createTokenVerifier(
      { issuer, orgUrl: org.url, audience, acceptedClientIds: ['web-app', 'ios-app'] },
      {
        keys,
        introspect: async (token, _context, onSend) => {
          onSend();
          introspected.push(token);
          return rig.answer;
        },
        timeoutMs: 10_000,
        revocations,
        feed: { lagSeconds: () => rig.feedLagSeconds },
        now: () => clock.now,
      },
    ),
  };
  return rig;
}
