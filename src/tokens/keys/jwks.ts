import { createPublicKey, type KeyObject } from 'node:crypto';
import { request } from 'undici';
import * as z from 'zod';
import { type OktaConfig, oauthBaseUrl } from '../../config.ts';

export interface KeyAnswer {
  readonly jwks: unknown;
  /** Null when the response has no max-age. */
  readonly maxAgeSeconds: number | null;
}

/** Rejects when there is no response, or when the signal fires. */
export type FetchKeys = (signal: AbortSignal) => Promise<KeyAnswer>;

/** Okta's sets of 2 or 3 keys are 1 to 2 KiB. */
const maxAnswerBytes = 256 * 1024;
const minModulusBits = 2048;

/** Where an issuer publishes its keys. */
export function keysUrl(server: Pick<OktaConfig, 'issuer' | 'orgUrl'>): string {
  return `${oauthBaseUrl(server)}/keys`;
}

/** Does not follow redirects; every status but 200 is a failure. */
export function fetchKeysFrom(url: string): FetchKeys {
  return async (signal) => {
    // A set is fetched a few times an hour, so the connection is not kept open.
    const { statusCode, headers, body } = await request(url, {
      signal,
      reset: true,
      headers: { accept: 'application/json' },
    });
    const text = await readAtMost(body, maxAnswerBytes);
    if (statusCode !== 200) throw new KeyEndpointFailed(`HTTP_${statusCode}`);
    return { jwks: parseJson(text), maxAgeSeconds: maxAge(headers['cache-control']) };
  };
}

/** The code, from a closed set, goes to the log. The response text never does. */
class KeyEndpointFailed extends Error {
  readonly code: `HTTP_${number}` | 'TOO_LARGE' | 'NOT_JSON' | 'NO_KEY_SET' | 'NO_USABLE_KEY';
  constructor(code: KeyEndpointFailed['code']) {
    super(`The key endpoint failed: ${code}.`);
    this.code = code;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KeyEndpointFailed('NOT_JSON');
  }
}

async function readAtMost(body: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) throw new KeyEndpointFailed('TOO_LARGE');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function maxAge(cacheControl: string | string[] | undefined): number | null {
  const directives = [cacheControl ?? []].flat().join(',');
  if (/\bno-(store|cache)\b/i.test(directives)) return 0;
  const seconds = /\bmax-age="?(\d+)/i.exec(directives)?.[1];
  return seconds === undefined ? null : Number(seconds);
}

const jwkSet = z.object({ keys: z.array(z.unknown()) });

const rsaSigningKey = z.object({
  kty: z.literal('RSA'),
  kid: z.string().min(1),
  n: z.string(),
  e: z.string(),
  use: z.literal('sig').optional(),
  alg: z.literal('RS256').optional(),
});

/**
 * The keys that can verify RS256, by key id; others are ignored. An unchanged key keeps its object, so
 * cached verifications stay valid.
 * @throws when no key is left: an issuer without keys is out of order
 */
export function importKeys(
  jwks: unknown,
  before: ReadonlyMap<string, KeyObject>,
): ReadonlyMap<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  const set = jwkSet.safeParse(jwks);
  if (!set.success) throw new KeyEndpointFailed('NO_KEY_SET');
  for (const candidate of set.data.keys) {
    const jwk = rsaSigningKey.safeParse(candidate);
    if (!jwk.success) continue;
    const { kid } = jwk.data;
    const key = importPublicKey(jwk.data);
    const known = before.get(kid);
    if (key !== null) keys.set(kid, known?.equals(key) ? known : key);
  }
  if (keys.size === 0) throw new KeyEndpointFailed('NO_USABLE_KEY');
  return keys;
}

function importPublicKey({ kty, n, e }: z.infer<typeof rsaSigningKey>): KeyObject | null {
  try {
    // Only these members: a private key published by mistake must not be imported as one.
    const key = createPublicKey({ key: { kty, n, e }, format: 'jwk' });
    return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= minModulusBits ? key : null;
  } catch {
    return null;
  }
}
