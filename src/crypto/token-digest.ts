import { hash } from 'node:crypto';

/**
 * SHA-256 of the whole token, a character for each byte: under this it is remembered, since a memory
 * of tokens must not be a store of them.
 */
export function digestOf(token: string): string {
  return hash('sha256', token, 'binary');
}

/** As it is published to other processes: base64url. */
export function publicDigestOf(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** Back from `publicDigestOf`. */
export function readPublicDigest(digest: string): string {
  return Buffer.from(digest, 'base64url').toString('binary');
}
