import { expect, test, vi } from 'vitest';
import type { AccountEvent } from '../../src/identity/account-event.ts';
import { callContext, ids, startProfiles, turn } from './provider.ts';

const event = { id: 'e1', at: 0 };
const userId = '00u1';

test('an answer from before an eviction is for those who wait for it, and is not kept', async () => {
  const { profiles, calls, names } = startProfiles({ maxWaitMs: 1 });
  const before = profiles.find([userId], callContext());
  await turn();
  names.set(userId, 'Grace');
  profiles.evict(userId);
  const after = profiles.find([userId], callContext());
  await vi.waitFor(() => expect(calls).toHaveLength(2));
  await calls[1]?.answer();
  await calls[0]?.answer();
  expect((await before).get(userId)).toMatchObject({ firstName: 'Ada' });
  expect((await after).get(userId)).toMatchObject({ firstName: 'Grace' });
  expect(profiles.findSync(userId)?.firstName).toBe('Grace');
});

test('nor does a background read from before an eviction come back', async () => {
  const { profiles, calls, nameOf, advance } = startProfiles();
  await nameOf(userId);
  advance(31);
  expect(profiles.findSync(userId)).toBeDefined();
  await turn();
  profiles.evict(userId);
  await calls[1]?.answer();
  expect(profiles.findSync(userId)).toBeUndefined();
});

const events: AccountEvent[] = [
  { ...event, kind: 'PROFILE_CHANGED', userId },
  { ...event, kind: 'RECHECK_TOKENS', userId },
  { ...event, kind: 'TOKEN_ENDED', tokenDigest: 'a', userId },
  { ...event, kind: 'SESSIONS_ENDED', userId, sessionId: null, except: null },
];
test.each(events)('$kind evicts the account, and no other', async (event) => {
  const { profiles, nameOf } = startProfiles();
  await nameOf(userId);
  await nameOf('00u2');
  profiles.apply(event);
  expect(profiles.findSync(userId)).toBeUndefined();
  expect(profiles.findSync('00u2')).toBeDefined();
});

test('where events may have been missed nothing from before is good', async () => {
  const { profiles, calls, ask, nameOf } = startProfiles();
  await nameOf(userId);
  await ask(['00u2']);
  profiles.apply({ ...event, kind: 'TOKEN_ENDED', tokenDigest: 'a', userId: null });
  expect(profiles.findSync(userId)).toBeDefined();
  profiles.apply({ ...event, kind: 'GAP' });
  await calls[1]?.answer();
  expect([userId, '00u2'].map(profiles.findSync)).toEqual([undefined, undefined]);
});

test('a change made here is evicted at once, and announced to other processes', async () => {
  const { profiles, announced, nameOf } = startProfiles();
  await nameOf(userId);
  const publishing = profiles.changed(userId);
  expect(profiles.findSync(userId)).toBeUndefined();
  await publishing;
  expect(announced).toEqual([userId]);
});

/** Numerical Recipes' linear congruential generator: the same run each time. */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('500 customers at once get their own account, and nothing from before a change', async () => {
  const { profiles, calls, names, advance } = startProfiles({ maxBatchesInFlight: 3 });
  const pick = random(7);
  const customers = ids(500);
  const versions = new Map(customers.map((id) => [id, 0]));
  const waiting: Promise<unknown>[] = [];
  const wrong: string[] = [];
  let checked = 0;

  const check = async (id: string) => {
    const atLeast = versions.get(id) ?? 0;
    const users = await profiles.find([id], callContext());
    checked += 1;
    const user = users.get(id);
    const isRight = user !== undefined && 'id' in user && user.id === id;
    if (users.size !== 1 || !isRight || Number(user.firstName) < atLeast) wrong.push(id);
  };
  const change = (id: string) => {
    const version = (versions.get(id) ?? 0) + 1;
    versions.set(id, version);
    names.set(id, String(version));
    profiles.evict(id);
  };
  for (const id of customers) names.set(id, '0');
  for (let round = 0; round < 20; round += 1) {
    for (let index = 0; index < 500; index += 1) {
      const id = customers[pick(500)] ?? '';
      if (pick(10) === 0) change(id);
      waiting.push(check(id));
      if (pick(100) === 0) await turn();
    }
    // Answers come in any order, each as the account was when it was made.
    for (const call of calls.splice(0).sort(() => pick(3) - 1)) await call.answer();
    advance(pick(20));
  }
  while (profiles.stats().batchesInFlight > 0) {
    for (const call of calls.splice(0)) await call.answer();
  }
  await Promise.all(waiting);
  expect({ checked, wrong }).toEqual({ checked: 10_000, wrong: [] });
});
