import { hash, timingSafeEqual } from 'node:crypto';
import { latest } from '../cache/memoize-latest.ts';

/**
 * Finds whose secret was presented. Digests have one length, and everything is compared with
 * everything, so the time an answer takes tells neither which secrets exist nor how much of one was right.
 * @param owners as they are now: another array is another set of them
 * @returns given the spellings of one secret, whose it is; null for nobody's
 */
export function createSecretMatch<Owner>(
  owners: () => readonly Owner[],
  secretOf: (owner: Owner) => string,
): (spellings: readonly (Buffer | string)[]) => Owner | null {
  const expected = latest(owners, (list) =>
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

/** Not by a buffer of its own for each, which takes three times as long as the digest. */
function digestInto(target: Buffer, secret: Buffer | string): Buffer {
  target.write(hash('sha256', secret, 'binary'), 'binary');
  return target;
}
