import { hash, timingSafeEqual } from 'node:crypto';
import { memoizeLatest } from '../cache/memoize-latest.ts';

/**
 * Finds the owner of a secret in constant time. It compares digests, which all have the same length,
 * and always all of them, so the duration shows neither which secrets exist nor how much was right.
 * @param owners the current ones; a changed set is a new array
 * @returns a function from the spellings of one secret to its owner, or null
 */
export function createSecretMatch<Owner>(
  owners: () => readonly Owner[],
  secretOf: (owner: Owner) => string,
): (spellings: readonly (Buffer | string)[]) => Owner | null {
  const expected = memoizeLatest(owners, (list) =>
    list.map((owner) => ({
      owner,
      digest: digestInto(Buffer.alloc(digestBytes), secretOf(owner)),
    })),
  );
  const presented = Buffer.alloc(digestBytes);
  return (spellings) => {
    let found: Owner | null = null;
    for (const spelling of spellings) {
      digestInto(presented, spelling);
      for (const { owner, digest } of expected()) {
        if (timingSafeEqual(presented, digest)) found ??= owner;
      }
    }
    return found;
  };
}

const digestBytes = 32;

/** Reuses one buffer: allocating one each time takes three times as long as the digest itself. */
function digestInto(target: Buffer, secret: Buffer | string): Buffer {
  target.write(hash('sha256', secret, 'binary'), 'binary');
  return target;
}
