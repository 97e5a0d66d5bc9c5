import { expect, test } from 'vitest';
import { ownerOf, sessionIdOf } from '../../src/tokens/session-id.ts';

const random = 'Shw-EJ5lrTwfMFrcywcSceA7lo9jNPaSU55DQaNegyy';

test('the end of jti names the session', () => {
  expect(sessionIdOf({ claims: { jti: `AT.${random}.oar13a970xxqjG68p5d7` } })).toBe(
    'oar13a970xxqjG68p5d7',
  );
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
  expect(sessionIdOf({ claims: { jti } })).toBeNull();
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const accessToken = (claims: object) => `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`;

test('an access token tells whose it is, and of which session where it does', () => {
  const jti = `AT.${random}.oar13a970xxqjG68p5d7`;
  const sessionId = 'oar13a970xxqjG68p5d7';
  expect(ownerOf(accessToken({ uid: '00u1', jti }))).toEqual({ userId: '00u1', sessionId });
  expect(ownerOf(accessToken({ uid: '00u1' }))).toEqual({ userId: '00u1', sessionId: null });
});

test.each(['opaque', 'a.b', accessToken({}), accessToken({ uid: 7 })])(
  '%s does not tell whose it is',
  (token) => {
    expect(ownerOf(token)).toBeNull();
  },
);
