import { expect, test } from 'vitest';
import { decodeOwner } from '../../../src/tokens/token/unverified.ts';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const accessToken = (claims: object) => `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`;

test('an access token names its owner and, where it can, its session and login', () => {
  const sessionId = 'oar13a970xxqjG68p5d7';
  const jti = `AT.Shw-EJ5lrTwfMFrcywcSceA7lo9jNPaSU55DQaNegyy.${sessionId}`;
  const login = 'ada@example.com';
  expect(decodeOwner(accessToken({ uid: '00u1', sub: login, jti }))).toEqual({
    ...{ userId: '00u1', sessionId, login },
  });
  expect(decodeOwner(accessToken({ uid: '00u1' }))).toEqual({
    ...{ userId: '00u1', sessionId: null, login: null },
  });
});

test.each(['opaque', 'a.b', accessToken({}), accessToken({ uid: 7 })])(
  '%s names no owner',
  (token) => {
    expect(decodeOwner(token)).toBeNull();
  },
);
