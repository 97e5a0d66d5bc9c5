import { describe, expect, test } from 'vitest';
import type { AccountEvent, Subject } from '../../../src/clients/backend/cache/account-event.ts';
import { Marks } from '../../../src/clients/backend/cache/marks.ts';
import { type Position, parsePosition } from '../../../src/clients/backend/cache/position.ts';

function at(n: number): Position {
  const position = parsePosition(`epoch.${n}`);
  if (position === null) throw new Error('Not a position.');
  return position;
}

function started(): Marks {
  const marks = new Marks();
  marks.restart(at(0));
  return marks;
}

const drops = (subject: Subject): AccountEvent => ({
  subject,
  dropsVerdicts: true,
  dropsProfiles: false,
});
const allBut = (sessionId: string) => drops({ kind: 'other sessions', userId: 'user', sessionId });
const aboutSession = (sessionId: string | null) =>
  ({ kind: 'verdict', digest: 'digest', userId: 'user', sessionId }) as const;
const judge = (marks: Marks, sessionId: string | null, stamp: number) =>
  marks.judge(aboutSession(sessionId), { stamp: at(stamp), askedAt: 1, askedOkta: false });

describe('all sessions of a user but one have ended', () => {
  test('the one is not concerned, all others are, and so is a token that names no session', () => {
    const marks = started();
    marks.note(allBut('kept'), at(5), 0);
    expect(judge(marks, 'kept', 4)).toBe('KEEP');
    expect(judge(marks, 'other', 4)).toBe('ASK_AGAIN');
    expect(judge(marks, null, 4)).toBe('ASK_AGAIN');
    expect(judge(marks, 'other', 5)).toBe('KEEP');
  });

  test('and then all but another one: each is concerned by the event that did not spare it', () => {
    const marks = started();
    marks.note(allBut('first'), at(5), 0);
    marks.note(allBut('second'), at(8), 0);
    expect(judge(marks, 'second', 4)).toBe('ASK_AGAIN');
    expect(judge(marks, 'second', 5)).toBe('KEEP');
    expect(judge(marks, 'first', 7)).toBe('ASK_AGAIN');
    expect(judge(marks, 'first', 8)).toBe('KEEP');
  });
});

test('a change of the profile alone does not concern verdicts', () => {
  const marks = started();
  const event = { subject: { kind: 'user', userId: 'user' }, dropsVerdicts: false } as const;
  marks.note({ ...event, dropsProfiles: true }, at(5), 0);
  expect(judge(marks, 'any', 4)).toBe('KEEP');
  const answered = { stamp: at(4), askedAt: 1, askedOkta: true };
  expect(marks.judge({ kind: 'profile', userId: 'user' }, answered)).toBe('ASK_AGAIN');
});

test('twenty thousand events later an answer from before them is asked for again, not trusted', () => {
  const marks = started();
  for (let n = 1; n <= 20_001; n += 1) {
    marks.note(drops({ kind: 'user', userId: `user ${n}` }), at(n), 0);
  }
  expect(judge(marks, 'any', 0)).toBe('ASK_AGAIN');
  expect(judge(marks, 'any', 1)).toBe('KEEP');
});

describe('positions', () => {
  test.each([
    ['epoch.5', 'epoch.10'],
    ['epoch.1000-9', 'epoch.1000-10'],
    ['epoch.999-5', 'epoch.1000-0'],
  ])('%s is before %s', (one, other) => {
    const marks = new Marks();
    const later = parsePosition(other);
    if (later === null) throw new Error('Not a position.');
    marks.restart(later);
    const answered = { stamp: parsePosition(one), askedAt: 1, askedOkta: false };
    expect(marks.judge(aboutSession('any'), answered)).toBe('ASK_AGAIN');
  });

  test.each([
    '',
    'epoch',
    'epoch.',
    'epoch.-1',
    'epoch.1-',
    'e poch.1',
    `epoch.${'9'.repeat(17)}`,
    `${'e'.repeat(33)}.1`,
    'epoch.9007199254740993',
    'epoch.1\r\nX: y',
  ])('%j is none', (text) => {
    expect(parsePosition(text)).toBeNull();
  });
});
