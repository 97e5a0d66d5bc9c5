import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestOf } from '../../../src/crypto/token-digest.ts';
import { createVerifiedCache } from '../../../src/tokens/verify/verified-cache.ts';

test('more tokens than there are places for take the places of others', () => {
  const verified = createVerifiedCache();
  const { publicKey } = generateKeyPairSync('ed25519');
  const digests = Array.from({ length: 200_000 }, (_, id) => digestOf(`token-${id}`));
  for (const digest of digests) verified.add(digest, publicKey);
  expect(verified.size()).toBeLessThanOrEqual(2 ** 17);
  expect(verified.size()).toBeGreaterThan(100_000);
  expect(verified.has(digests.at(-1) ?? '', publicKey)).toBe(true);
  expect(verified.has(digests[0] ?? '', publicKey)).toBe(false);
});
