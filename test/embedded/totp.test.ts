import { expect, test } from 'vitest';
import { newSecret, totpCode } from '../../src/embedded/factors/totp.ts';

/** `12345678901234567890` in base32: the key of RFC 6238 appendix B. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('the code of second %i is the one of RFC 6238 (its last six digits)', (seconds, code) => {
  expect(totpCode(secret, seconds * 1000)).toBe(code);
});

test('a new secret is base32 of 160 bits, and no two are alike', () => {
  const secrets = Array.from({ length: 20 }, newSecret);
  for (const fresh of secrets) expect(fresh).toMatch(/^[A-Z2-7]{32}$/);
  expect(new Set(secrets).size).toBe(secrets.length);
});

test('a secret that is no base32 is refused', () => {
  expect(() => totpCode('NOT-BASE32', 0)).toThrow('base32');
});
