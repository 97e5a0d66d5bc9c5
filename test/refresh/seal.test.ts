import { expect, test } from 'vitest';
import { createSeal } from '../../src/refresh/seal.ts';

const tokens = {
  accessToken: 'canary-access-token',
  expiresAt: new Date('2027-01-15T12:00:00Z'),
  refreshToken: 'canary-successor',
  idToken: null,
  owner: { userId: '00u1', sessionId: 'oar1', login: 'ada@example.com' },
  scopes: ['openid', 'offline_access'],
};
const answer = { tokens, begunAt: Date.parse('2027-01-15T11:00:00Z') };
const key = new Uint8Array(32).fill(1);
const { seal, open } = createSeal(() => [key]);

test('tokens come out as they went in', async () => {
  expect(await open(await seal(answer, 'used'), 'used')).toEqual(answer);
});

test('tokens that another release has sealed without their owner open with none', async () => {
  const { owner: _, ...unowned } = tokens;
  const sealed = await seal({ ...answer, tokens: unowned as typeof tokens }, 'used');
  expect((await open(sealed, 'used')).tokens.owner).toBeNull();
});

test('another process with the same key opens them', async () => {
  expect(await createSeal(() => [key]).open(await seal(answer, 'used'), 'used')).toEqual(answer);
});

test('nothing of them shows', async () => {
  const sealed = await seal(answer, 'used');
  const parts = sealed.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  expect(sealed + parts.join()).not.toMatch(/canary|openid|used/);
});

test('they open for the refresh token alone that they were the answer to', async () => {
  await expect(open(await seal(answer, 'used'), 'another')).rejects.toThrow();
});

test('they open under the key alone that sealed them', async () => {
  const other = createSeal(() => [new Uint8Array(32).fill(2)]);
  await expect(other.open(await seal(answer, 'used'), 'used')).rejects.toThrow();
});

test('the first key seals, and all open, so that one can take the place of another', async () => {
  const next = new Uint8Array(32).fill(2);
  const both = createSeal(() => [next, key]);
  expect(await both.open(await seal(answer, 'used'), 'used')).toEqual(answer);
  const sealed = await both.seal(answer, 'used');
  await expect(open(sealed, 'used')).rejects.toThrow();
  expect(await createSeal(() => [next]).open(sealed, 'used')).toEqual(answer);
});

test('what was changed does not open', async () => {
  const sealed = await seal(answer, 'used');
  for (const part of [3, 4]) {
    const parts = sealed.split('.');
    const first = parts[part]?.[0] === 'A' ? 'B' : 'A';
    parts[part] = `${first}${parts[part]?.slice(1)}`;
    await expect(open(parts.join('.'), 'used')).rejects.toThrow();
  }
});
