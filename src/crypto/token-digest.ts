import { hash } from 'node:crypto';

/**
 * SHA-256 of the whole token, one character per byte. Caches use it as their key, so that they never
 * store a token.
 */
export function digestOf(token: string): string {
  return hash('sha256', token, 'binary');
}

/** The same digest in base64url, for Redis and other processes. */
export function publicDigestOf(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** From `publicDigestOf` back to `digestOf`. */
export function readPublicDigest(digest: string): string {
  return Buffer.from(digest, 'base64url').toString('binary');
}
