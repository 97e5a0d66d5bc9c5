import { describe, expect, test } from 'vitest';
import { AccountCache } from '../../../src/clients/backend/cache/account-cache.ts';
import { parsePosition } from '../../../src/clients/backend/cache/position.ts';
import { digestOf, type Verdict, Verdicts } from '../../../src/clients/backend/cache/verdicts.ts';

const verdict = (token: string, userId = token): Verdict => ({
  digest: digestOf(token),
  userId,
  sessionId: null,
  expiresAt: Number.POSITIVE_INFINITY,
  stamp: null,
  askedAt: 0,
});
const name = (index: number) => `${index}`.padStart(60, 'x');

describe('when there is no room', () => {
  test('the oldest verdict goes, but for those that were used since', () => {
    const verdicts = new Verdicts(3);
    for (const token of ['a', 'b', 'c']) verdicts.add(verdict(token));
    verdicts.find('a');
    verdicts.add(verdict('d'));
    expect(['a', 'b', 'c', 'd'].filter((token) => verdicts.find(token) !== null)).toEqual([
      'a',
      'c',
      'd',
    ]);
    expect(verdicts.size).toBe(3);
  });

  test('no token is known by what is left of one that is gone', () => {
    const verdicts = new Verdicts(1_000);
    for (let index = 0; index < 5_000; index += 1) {
      verdicts.add(verdict(name(index)));
      expect(verdicts.find(name(index))).not.toBeNull();
    }
    const known = Array.from({ length: 5_000 }, (_, index) => verdicts.find(name(index)));
    expect(known.filter((one) => one !== null)).toHaveLength(verdicts.size);
    expect(verdicts.size).toBe(1_000);
  });

  test('a flood of bad tokens evicts no good one', () => {
    const clock = { now: () => 0, elapsed: () => 0 };
    const options = { maxStaleMs: 1_000, maxProfileMs: 1_000, maxVerdicts: 10, clock };
    const cache = new AccountCache(options);
    cache.keepVerdict(verdict('good'));
    for (let index = 0; index < 30_000; index += 1) {
      const answered = { stamp: null, askedAt: cache.heard, askedOkta: false };
      cache.keepRefusal(digestOf(name(index)), { reason: 'MALFORMED', askedAt: 0 }, answered);
    }
    expect(cache.verdict('good')).not.toBeNull();
  });
});

test('an event drops every token of a user, however many there are, and no other', () => {
  const verdicts = new Verdicts(100);
  for (let index = 0; index < 10; index += 1)
    verdicts.add(verdict(name(index), `user ${index % 2}`));
  verdicts.drop({ kind: 'user', userId: 'user 1' }, parsePosition('epoch.1'));
  const known = Array.from({ length: 10 }, (_, index) => verdicts.find(name(index))?.userId);
  expect(known.filter(Boolean)).toEqual(Array.from({ length: 5 }, () => 'user 0'));
});

test('a token with the end of another one is not that one, even if it was used a moment ago', () => {
  const verdicts = new Verdicts(10);
  const end = 'e'.repeat(43);
  verdicts.add(verdict(`a${end}`));
  for (let times = 0; times < 2; times += 1) expect(verdicts.find(`a${end}`)).not.toBeNull();
  expect(verdicts.find(`b${end}`)).toBeNull();
  expect(verdicts.find(end)).toBeNull();
});
