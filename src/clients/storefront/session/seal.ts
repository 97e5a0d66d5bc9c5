import { CompactEncrypt, type CryptoKey, compactDecrypt, decodeProtectedHeader } from 'jose';

/** Why a sealed text cannot be read. */
export type SealProblem =
  /** Its time is over. */
  | 'SEAL_EXPIRED'
  /** None of our keys made it. */
  | 'UNKNOWN_KEY'
  /** Not sealed by us, cut off, or changed. */
  | 'DAMAGED'
  /** Sealed by another version of this package. */
  | 'OTHER_VERSION'
  /** Compressed, and this runtime has no DecompressionStream: Node sealed it, and an edge reads it. */
  | 'NO_DECOMPRESSION';

export type Opened = { readonly value: unknown } | { readonly problem: SealProblem };

export interface Seal {
  /**
   * A JWE (`dir`, A256GCM), deflated if it would be longer than `fits`: RFC 8725 section 3.6 warns of
   * compression before encryption, and a shopper cannot choose what is sealed here.
   */
  seal(purpose: string, value: unknown, expiresAt: number, fits: number): Promise<string>;
  open(purpose: string, sealed: string, now: number): Promise<Opened>;
}

const version = 'v1';
const maxDecompressedLength = 65_536;

interface SealingKey {
  readonly id: string;
  readonly key: CryptoKey;
}

/**
 * @param keys 32 bytes each in base64, base64url or hexadecimal: the first seals, all of them open
 * @throws TypeError that says which key is no key
 */
export function createSeal(keys: readonly string[]): Seal {
  if (keys.length === 0) throw new TypeError('createSession: keys is empty.');
  const bytes = keys.map((key, index) => {
    const decoded = bytesOf(key);
    if (decoded !== null) return decoded;
    throw new TypeError(
      `createSession: keys[${index}] is not 32 bytes in base64, base64url or hexadecimal. Make one by: openssl rand -base64 32`,
    );
  });
  const imported = Promise.all(bytes.map(importKey));

  return {
    async seal(purpose, value, expiresAt, fits) {
      const [current] = await imported;
      if (current === undefined) throw new TypeError('createSession: keys is empty.');
      const text = new TextEncoder().encode(JSON.stringify({ exp: expiresAt, value }));
      const header = { alg: 'dir', enc: 'A256GCM', kid: current.id, typ: `${purpose}.${version}` };
      const encrypt = (more: object) =>
        new CompactEncrypt(text).setProtectedHeader({ ...header, ...more }).encrypt(current.key);
      const plain = await encrypt({});
      // The Edge runtime of Next has no such stream.
      const isCompressed = plain.length > fits && 'CompressionStream' in globalThis;
      return isCompressed ? encrypt({ zip: 'DEF' }) : plain;
    },
    async open(purpose, sealed, now) {
      const header = headerOf(sealed);
      if (header === null) return { problem: 'DAMAGED' };
      const [sealedFor, sealedBy] = String(header.typ).split('.');
      if (sealedFor !== purpose) return { problem: 'DAMAGED' };
      if (sealedBy !== version) return { problem: 'OTHER_VERSION' };
      const key = (await imported).find(({ id }) => id === header.kid);
      if (key === undefined) return { problem: 'UNKNOWN_KEY' };
      if ('zip' in header && !('DecompressionStream' in globalThis)) {
        return { problem: 'NO_DECOMPRESSION' };
      }
      const options = { maxDecompressedLength, keyManagementAlgorithms: ['dir'] };
      const opened = await compactDecrypt(sealed, key.key, options).catch(() => null);
      if (opened === null) return { problem: 'DAMAGED' };
      const { exp, value } = JSON.parse(new TextDecoder().decode(opened.plaintext));
      return exp <= now ? { problem: 'SEAL_EXPIRED' } : { value };
    },
  };
}

async function importKey(bytes: Uint8Array<ArrayBuffer>): Promise<SealingKey> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  const id = btoa(String.fromCodePoint(...new Uint8Array(digest).slice(0, 6)))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  const usages = ['encrypt', 'decrypt'] as const;
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, [...usages]);
  return { id, key };
}

function headerOf(sealed: string) {
  try {
    return decodeProtectedHeader(sealed);
  } catch {
    return null;
  }
}

function bytesOf(key: string): Uint8Array<ArrayBuffer> | null {
  const text = key.trim();
  if (/^[\da-f]{64}$/i.test(text)) {
    return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  }
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  if (!/^[A-Za-z\d+/]{43}$/.test(base64)) return null;
  return Uint8Array.from(atob(base64), (character) => character.codePointAt(0) ?? 0);
}
