import { expect, test } from 'vitest';
import { digestOf, publicDigestOf, readPublicDigest } from '../../src/crypto/token-digest.ts';

test('a token is identified by its SHA-256', () => {
  expect(publicDigestOf('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  expect(readPublicDigest(publicDigestOf('abc'))).toBe(digestOf('abc'));
});
