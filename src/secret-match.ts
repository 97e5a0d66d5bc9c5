import { hash, timingSafeEqual } from 'node:crypto';
import { latest } from './latest.ts';

/**
 * Finds whose secret was presented. Digests have one length, and everything is compared with
 * everything, so the time an answer takes tells neither which secrets exist nor how much of one was right.
 * @param owners as they are now: another array is another set of them
 * @returns given the spellings of one secret, the first owner that one of them is right for; null for none
 */
export function createSecretMatch<Owner>(
  owners: () => readonly Owner[],
  secretOf: (owner: Owner) => string,
): (spellings: readonly (Buffer | string)[]) => Owner | null {
  const expected = latest(owners, (list) =>
    list.map((owner) => ({ owner, digest: sha256(secretOf(owner)) })),
  );
  return (spellings) => {
    const presented = spellings.map(sha256);
    const [match] = expected().filter(
      ({ digest }) => presented.filter((one) => timingSafeEqual(one, digest)).length > 0,
    );
    return match?.owner ?? null;
  };
}

function sha256(secret: Buffer | string): Buffer {
  return hash('sha256', secret, 'buffer');
}
