import { hash, timingSafeEqual } from 'node:crypto';
import type { ServiceClient } from '../config.ts';

/**
 * The id of the client that one of the spellings of `id:secret` is right for; null for none. Digests
 * have one length, and everything is compared with everything, so the time an answer takes tells
 * neither which ids exist nor how much of a secret was right.
 */
export function findServiceClient(
  spellings: readonly Buffer[],
  clients: readonly ServiceClient[],
): string | null {
  const presented = spellings.map(sha256);
  const [match] = clients.filter(({ id, secret }) => {
    const expected = sha256(`${id}:${secret}`);
    return presented.filter((digest) => timingSafeEqual(digest, expected)).length > 0;
  });
  return match?.id ?? null;
}

function sha256(bytes: Buffer | string): Buffer {
  return hash('sha256', bytes, 'buffer');
}
