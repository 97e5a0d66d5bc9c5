import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test, vi } from 'vitest';
import { createKeeper, type Keeper } from '../../src/cluster/worker-session.ts';
import { createEventHistory } from '../../src/events/history.ts';
import { createLocalLease } from '../../src/events/poll-leader.ts';
import type { AccountEvent } from '../../src/identity/account-event.ts';
import { createMemoryCounters } from '../../src/limits/memory-counters.ts';
import { createLeasedLedger } from '../../src/refresh/leased-ledger.ts';
import { createMemoryLedger } from '../../src/refresh/memory-ledger.ts';
import { createNotices } from '../../src/setup/notices.ts';
import { createMemoryAttemptStore } from '../../src/transactions/memory-attempt-store.ts';

const day = 24 * 60 * 60 * 1000;
let now = Date.parse('2027-01-15T12:00:00Z');
const clock = () => now;
const doubt = (userId: string): AccountEvent => ({
  id: randomUUID(),
  at: now,
  kind: 'RECHECK_TOKENS',
  userId,
});

let here: Keeper;
let there: Keeper;
beforeEach(() => {
  const own = createMemoryLedger({ graceMs: 30_000, endedMs: 40_000, now: clock });
  const kept = {
    events: createEventHistory(clock),
    ledger: createLeasedLedger(own, { heldMs: 40_000, now: clock }),
    duty: createLocalLease(),
    steps: createMemoryAttemptStore(clock),
    counters: createMemoryCounters(clock),
    notices: createNotices(),
  };
  here = createKeeper(kept, () => undefined);
  there = createKeeper(kept, () => undefined);
});

test('the claims of a worker that ends go to the others', async () => {
  const first = { lease: 'one', followed: null };
  const second = { lease: 'two', followed: null };
  expect(await here.calls.claim('used', first)).toEqual({ kind: 'claimed' });
  expect(await there.calls.claim('used', second)).toEqual({ kind: 'underway', lease: 'one' });
  await here.release();
  expect(await there.calls.claim('used', second)).toEqual({ kind: 'claimed' });
});

test('a refusal reaches the worker that waits for it in words that a pipe can carry', async () => {
  await here.calls.claim('used', { lease: 'one', followed: null });
  const failure = JSON.stringify({ code: 'UPSTREAM_UNAVAILABLE' });
  await here.calls.fail('used', { lease: 'one', failure });
  const failed = await there.calls.claim('used', { lease: 'two', followed: 'one' });
  expect(structuredClone(failed)).toEqual({ kind: 'failed', failure });
});

test('a step is tried by one worker at a time, and the next knows the result', async () => {
  const until = now + 60_000;
  const progress = await here.calls.enterStep('step', until);
  const entered = vi.fn();
  const waiting = there.calls.enterStep('step', until).then(entered);
  await Promise.resolve();
  expect(entered).not.toHaveBeenCalled();
  await here.calls.leaveStep('step', structuredClone({ ...progress, usedUp: true }));
  await waiting;
  expect(entered).toHaveBeenCalledWith(expect.objectContaining({ usedUp: true, expiresAt: until }));
});

test('a worker that ends while it tries a step, or waits for it, delays no other', async () => {
  const until = now + 60_000;
  await here.calls.enterStep('step', until);
  const gone = here.calls.enterStep('step', until);
  const next = there.calls.enterStep('step', until);
  await here.release();
  await gone;
  expect(await next).toMatchObject({ failures: 0, usedUp: false });
});

test('one worker polls, and another when that one ends', async () => {
  expect(await here.calls.takeDuty({ holder: 'a', leaseMs: 1 })).toBe(true);
  expect(await there.calls.takeDuty({ holder: 'b', leaseMs: 1 })).toBe(false);
  expect(await here.calls.takeDuty({ holder: 'a', leaseMs: 1 })).toBe(true);
  await here.release();
  expect(await there.calls.takeDuty({ holder: 'b', leaseMs: 1 })).toBe(true);
});

test('a worker that starts receives the events of as long as a token can live', async () => {
  const early = doubt('u1');
  await here.calls.publishEvents([early]);
  now += day / 2;
  const late = doubt('u2');
  await here.calls.publishEvents([late]);
  expect(await there.calls.pastEvents()).toEqual([early, late]);
  now += day / 2;
  expect(await there.calls.pastEvents()).toEqual([late]);
});

test('of several WATERMARK it receives the last', async () => {
  for (const id of ['1', '2', '3']) {
    await here.calls.publishEvents([{ id, at: now, kind: 'WATERMARK' }]);
  }
  const last = doubt('u1');
  await here.calls.publishEvents([last]);
  expect(await there.calls.pastEvents()).toEqual([last, { id: '3', at: now, kind: 'WATERMARK' }]);
});

test('where there were more events than are kept, it receives GAP', async () => {
  const events = Array.from({ length: 200_001 }, () => doubt('u1'));
  await here.calls.publishEvents(events);
  const told = await there.calls.pastEvents();
  expect(told[0]).toMatchObject({ kind: 'GAP', at: now });
  expect(told).toHaveLength(100_001);
  expect(told.at(-1)).toBe(events.at(-1));
});

test('what one worker counts is counted for all of them', async () => {
  const count = { key: 'client', burst: 2, everyMs: 60_000, strangersOnly: false };
  const take = { counts: [count], marks: [] };
  expect(await here.calls.takeCounts(take)).toBeNull();
  expect(await there.calls.takeCounts(take)).toBeNull();
  expect(await here.calls.takeCounts(take)).toEqual({ index: 0, waitMs: 60_000 });
  await there.calls.settleCounts({ back: [count], forget: [], marks: [], markMs: 1 });
  expect(await here.calls.takeCounts(take)).toBeNull();
});
