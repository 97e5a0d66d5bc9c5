import { expect, test } from 'vitest';
import { sessionIdOf } from '../../../src/tokens/token/unverified.ts';

const random = 'Shw-EJ5lrTwfMFrcywcSceA7lo9jNPaSU55DQaNegyy';

test('the end of jti names the session', () => {
  expect(sessionIdOf({ jti: `AT.${random}.oar13a970xxqjG68p5d7` })).toBe('oar13a970xxqjG68p5d7');
});

test.each([
  `AT.${random}`,
  `ID.${random}.oar13a970xxqjG68p5d7`,
  `AT.${random}.oar13a970xxqjG68p5d7.more`,
  `AT.${random}.oar../../users/00u1`,
  `AT.${random}.00u13a970xxqjG68p5d7`,
  '',
  7,
  undefined,
])('%j names none', (jti) => {
  expect(sessionIdOf({ jti })).toBeNull();
});
