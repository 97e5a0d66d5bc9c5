import { beforeEach, expect, test } from 'vitest';
import { createFallbackLedger } from '../../src/refresh/fallback-ledger.ts';
import type { Ledger } from '../../src/refresh/ledger.ts';
import { createMemoryLedger } from '../../src/refresh/memory-ledger.ts';

const tokens = {
  accessToken: 'access',
  expiresAt: new Date('2027-01-15T12:00:00Z'),
  refreshToken: 'R2',
  idToken: null,
  owner: null,
  scopes: ['openid'],
};
const memory = () => createMemoryLedger({ graceMs: 30_000, endedMs: 40_000, now: Date.now });
const claim = { lease: 'lease-1', followed: null };
const answer = { lease: 'lease-1', tokens, begunAt: Date.now() };

let broken: boolean;
let asked: string[];
let shared: Ledger;
let ledger: Ledger;

/** A ledger that breaks when the test says so. */
function breakable(sound: Ledger): Ledger {
  const guarded = <Arguments extends unknown[], Result>(
    name: keyof Ledger,
    method: (...given: Arguments) => Promise<Result>,
  ) => {
    return async (...given: Arguments): Promise<Result> => {
      asked.push(name);
      if (broken) throw new Error('canary');
      return method(...given);
    };
  };
  return {
    claim: guarded('claim', sound.claim),
    publish: guarded('publish', sound.publish),
    fail: guarded('fail', sound.fail),
    look: guarded('look', sound.look),
    end: guarded('end', sound.end),
    endSessions: guarded('endSessions', sound.endSessions),
    isEnded: guarded('isEnded', sound.isEnded),
  };
}

beforeEach(() => {
  [broken, asked] = [false, []];
  shared = memory();
  ledger = createFallbackLedger({ shared: breakable(shared), own: memory() }, () => undefined);
});

test('while the shared ledger works it alone is asked', async () => {
  await ledger.claim('R1', claim);
  await ledger.publish('R1', answer);
  expect(await ledger.look('R1')).toMatchObject({ kind: 'answered' });
  expect(asked).toEqual(['claim', 'publish', 'look']);
});

test('where it fails, the process answers from its own', async () => {
  broken = true;
  expect(await ledger.claim('R1', claim)).toEqual({ kind: 'claimed' });
  expect(await ledger.publish('R1', answer)).toMatchObject({ kind: 'answered' });
  expect(await ledger.look('R1')).toMatchObject({ kind: 'answered' });
});

test('a claim goes back to the ledger that gave it, even when it is left alone', async () => {
  await ledger.claim('R1', claim);
  await ledger.claim('R2', { lease: 'lease-2', followed: null });
  broken = true;
  await ledger.look('R3');
  broken = false;
  await ledger.publish('R1', answer);
  await ledger.fail('R2', { lease: 'lease-2', error: null });
  expect(asked.slice(-2)).toEqual(['publish', 'fail']);
});

test('a log-out counts in both, whichever is asked afterwards', async () => {
  await ledger.claim('R1', claim);
  await ledger.end('R1');
  broken = true;
  expect(await ledger.publish('R1', answer)).toEqual({ kind: 'ended' });
});

test('what the process does while it leaves the shared ledger alone reaches that one too', async () => {
  broken = true;
  await ledger.look('R0');
  broken = false;
  asked = [];
  await ledger.claim('R1', claim);
  expect(await ledger.publish('R1', answer)).toMatchObject({ kind: 'answered' });
  await ledger.end('R3');
  await ledger.endSessions({ userId: '00u1', kind: 'all', sessionId: null }, 1_000);
  expect(asked).toEqual(['publish', 'end', 'endSessions']);
  expect(await shared.look('R1')).toMatchObject({ kind: 'answered', tokens });
  expect(await shared.look('R3')).toEqual({ kind: 'ended' });
  expect(await shared.isEnded({ userId: '00u1', sessionId: null }, 1_000)).toBe(true);
});

test('a log-out gets what the own ledger has answered', async () => {
  broken = true;
  await ledger.claim('R1', claim);
  await ledger.publish('R1', answer);
  broken = false;
  expect(await ledger.end('R1')).toEqual(tokens);
});

test.each([true, false])(
  'that sessions ended counts in both (shared one broken: %s)',
  async (now) => {
    const owner = { userId: '00u1', sessionId: 'oar1' };
    broken = now;
    await ledger.endSessions({ userId: '00u1', kind: 'all', sessionId: null }, 1_000);
    broken = !now;
    expect(await ledger.isEnded(owner, 1_000)).toBe(true);
    expect(await ledger.isEnded(owner, 1_001)).toBe(false);
  },
);

test('that sessions ended in another process is asked of the shared ledger', async () => {
  await shared.endSessions({ userId: '00u1', kind: 'all', sessionId: null }, 1_000);
  expect(await ledger.isEnded({ userId: '00u1', sessionId: null }, 1_000)).toBe(true);
});
