import { beforeEach, describe, expect, it } from 'vitest';
import { digestOf, publicDigestOf } from '../../../src/crypto/token-digest.ts';
import type { AccountEvent } from '../../../src/identity/account-event.ts';
import { createRevocations, type Revocations } from '../../../src/tokens/revocation/revocations.ts';

const at = Date.UTC(2027, 0, 15, 12);
const seconds = 1_000;
const hours = 3_600 * seconds;

let now: number;
let revocations: Revocations;

beforeEach(() => {
  now = at;
  revocations = createRevocations({ now: () => now });
});

const apply = (event: object) => revocations.apply({ id: 'e', at: now, ...event } as AccountEvent);
const endSessions = (of: object = {}) =>
  apply({ kind: 'SESSIONS_ENDED', userId: 'ada', sessionId: null, except: null, ...of });
const status = (token: {
  issuedAt?: number | null;
  userId?: string | null;
  sessionId?: string | null;
  text?: string;
}) => {
  const { text = 'token', ...claims } = token;
  const all = { userId: 'ada', sessionId: 's1', issuedAt: at - hours, ...claims };
  return revocations.statusOf(digestOf(text), all);
};
const kindOf = (token: Parameters<typeof status>[0]) => status(token).kind;

it('knows nothing of a token that nothing has happened to', () => {
  apply({ kind: 'PROFILE_CHANGED', userId: 'ada' });
  apply({ kind: 'WATERMARK' });
  expect(kindOf({})).toBe('clear');
  expect(revocations.stats()).toEqual({ entries: 0 });
});

it.each([
  [-31, 'revoked'],
  [-30, 'recheck'],
  [30, 'recheck'],
  [31, 'clear'],
])('a token that was issued %i s from the end of its session is %s', (from, kind) => {
  const issuedAt = at + from * seconds;
  endSessions();
  expect(kindOf({ issuedAt })).toBe(kind);
  expect(kindOf({ issuedAt, userId: 'bob' })).toBe('clear');
  revocations = createRevocations({ now: () => now });
  endSessions({ sessionId: 's1' });
  expect(kindOf({ issuedAt })).toBe(kind);
  expect(kindOf({ issuedAt, sessionId: 's2' })).toBe('clear');
});

it('rechecks a token that does not say when it was issued', () => {
  endSessions();
  expect(kindOf({ issuedAt: null })).toBe('recheck');
});

it('ends one token whatever it says of itself', () => {
  apply({ kind: 'TOKEN_ENDED', tokenDigest: publicDigestOf('token'), userId: null });
  expect(kindOf({ userId: null, issuedAt: null })).toBe('revoked');
  expect(kindOf({ text: 'other' })).toBe('clear');
});

describe('sessions of one account', () => {
  it('end by name for their own account alone', () => {
    endSessions({ userId: 'mallory', sessionId: 's1' });
    expect(kindOf({})).toBe('clear');
  });

  it('that a token does not name have it rechecked, if others stay valid', () => {
    endSessions({ sessionId: 's2' });
    expect(kindOf({ sessionId: null })).toBe('recheck');
    endSessions({ userId: 'bob', except: 's1' });
    expect(kindOf({ userId: 'bob', sessionId: null })).toBe('recheck');
    expect(kindOf({ userId: 'bob', sessionId: 's1' })).toBe('clear');
    expect(kindOf({ userId: 'bob', sessionId: 's2' })).toBe('revoked');
  });

  it.each([
    ['in order', [0, 1]],
    ['the later one first', [1, 0]],
  ])('end but for one, then but for another, published %s', (_name, order) => {
    const ends = [
      { at, except: 's1' },
      { at: at + hours, except: 's2' },
    ];
    now = at + hours;
    for (const index of order) endSessions(ends[index]);
    expect(kindOf({ sessionId: 's1' })).toBe('revoked');
    expect(kindOf({ sessionId: 's2' })).toBe('revoked');
    // Begun between both ends: only the later one concerns it.
    const issuedAt = at + hours / 2;
    expect(kindOf({ sessionId: 's2', issuedAt })).toBe('clear');
    expect(kindOf({ sessionId: 's3', issuedAt })).toBe('revoked');
  });

  it('that end one after another become a recheck of the account, without growing memory', () => {
    for (let index = 0; index < 1_000; index += 1) endSessions({ sessionId: `s${index}` });
    expect(revocations.stats().entries).toBe(17);
    expect(kindOf({ sessionId: 's999' })).toBe('revoked');
    expect(kindOf({ sessionId: 's0' })).toBe('recheck');
    expect(kindOf({ userId: 'bob' })).toBe('clear');
  });
});

describe('a recheck', () => {
  const recheck = (publishedAt: number) =>
    apply({ kind: 'RECHECK_TOKENS', userId: 'ada', at: publishedAt });

  it('ends by an answer from after it was received, or from 30 s after it arose', () => {
    recheck(at);
    expect(status({})).toEqual({ kind: 'recheck', since: at });
    now = at + hours;
    recheck(at + hours / 2);
    expect(status({})).toEqual({ kind: 'recheck', since: at + hours / 2 + 30 * seconds });
  });

  it('is not moved by the clock of its source', () => {
    recheck(at + hours);
    expect(status({})).toEqual({ kind: 'recheck', since: at });
    expect(kindOf({ issuedAt: at + 61 * seconds })).toBe('clear');
  });

  it('is no newer when it is received again', () => {
    recheck(at);
    now += 5 * seconds;
    recheck(at);
    expect(status({})).toEqual({ kind: 'recheck', since: at });
  });

  it('of services is of the tokens that have no user', () => {
    apply({ kind: 'RECHECK_SERVICES' });
    expect(status({ userId: null })).toEqual({ kind: 'recheck', since: at });
    expect(kindOf({ userId: null, issuedAt: at + 31 * seconds })).toBe('clear');
    expect(kindOf({})).toBe('clear');
  });

  it('is of every token where events were lost', () => {
    apply({ kind: 'GAP' });
    expect(kindOf({ userId: null })).toBe('recheck');
    expect(kindOf({ issuedAt: at + 31 * seconds })).toBe('clear');
  });
});

describe('the memory', () => {
  it('lasts for a day, which is as long as a token can live', () => {
    endSessions();
    apply({ kind: 'TOKEN_ENDED', tokenDigest: publicDigestOf('token'), userId: null });
    now = at + 24 * hours + 60 * seconds;
    endSessions({ userId: 'bob' });
    expect(revocations.stats()).toEqual({ entries: 3 });
    now += 1;
    endSessions({ userId: 'bob' });
    expect(revocations.stats()).toEqual({ entries: 1 });
    // The oldest that still lives.
    expect(kindOf({ issuedAt: now - 24 * hours - 30 * seconds })).toBe('clear');
  });

  it('forgets nothing for good while the clock is ahead', () => {
    endSessions();
    apply({ kind: 'TOKEN_ENDED', tokenDigest: publicDigestOf('token'), userId: null });
    now += 25 * hours;
    apply({ kind: 'WATERMARK' });
    expect(revocations.stats()).toEqual({ entries: 0 });
    now = at + seconds;
    expect(status({})).toEqual({ kind: 'recheck', since: at });
    expect(kindOf({ userId: null })).toBe('recheck');
    expect(kindOf({ issuedAt: at + 31 * seconds })).toBe('clear');
  });

  it.each(['users', 'tokens'])(
    'is bounded: what it evicts of %s is rechecked, and never called valid',
    (kind) => {
      revocations = createRevocations({ now: () => now, maxEntries: 10 });
      const end = (name: string) => {
        const ofToken = { tokenDigest: publicDigestOf(name), userId: null };
        if (kind === 'users') endSessions({ userId: name });
        else apply({ kind: 'TOKEN_ENDED', ...ofToken });
      };
      const token = (name: string) => (kind === 'users' ? { userId: name } : { text: name });
      for (let index = 0; index < 100; index += 1) {
        now = at + index * seconds;
        end(`${index}`);
      }
      expect(revocations.stats().entries).toBe(10);
      for (let index = 0; index < 90; index += 1) expect(kindOf(token(`${index}`))).toBe('recheck');
      for (let index = 90; index < 100; index += 1)
        expect(kindOf(token(`${index}`))).toBe('revoked');
      // Issued after all forgotten revocations.
      expect(kindOf({ userId: 'bob', issuedAt: at + 200 * seconds })).toBe('clear');
    },
  );
});
