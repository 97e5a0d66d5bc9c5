import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type Count,
  type Counters,
  type KnownClient,
  knownClientsPerAccount,
} from '../../src/limits/counters.ts';
import { createFallbackCounters } from '../../src/limits/limits.ts';
import { createMemoryCounters } from '../../src/limits/memory-counters.ts';
import { createRedisCounters } from '../../src/limits/redis-counters.ts';
import { connectRedis, keyPrefixOf } from '../../src/redis/connect.ts';
import { describeWithRedis, type RedisServer, redisAt, startRedis } from '../support/redis.ts';

const minute = 60_000;
const count = (key: string, more: Partial<Count> = {}): Count => ({
  ...{ key, burst: 3, everyMs: minute, unknownClientsOnly: false },
  ...more,
});
const known = (client: string, account = 'ada'): KnownClient => ({ account, client });
const nothing = { back: [], forget: [], knownClients: [], knownClientMs: minute };

/** What holds wherever the counts are kept. */
function counts(created: () => Counters) {
  const take = (counts: readonly Count[], knownClients: readonly KnownClient[] = []) =>
    created().take({ counts, knownClients });

  test('a burst is let through, and then nothing until the first of it has leaked away', async () => {
    for (const _ of [1, 2, 3]) expect(await take([count('a')])).toBeNull();
    const full = await take([count('a')]);
    expect(full?.index).toBe(0);
    expect(full?.waitMs).toBeGreaterThan(minute - 5_000);
    expect(full?.waitMs).toBeLessThanOrEqual(minute);
    expect(await take([count('b')])).toBeNull();
  });

  test('what one limit refuses counts at no other, and the longest wait is returned', async () => {
    const [narrow, wide] = [count('narrow', { burst: 1 }), count('wide', { burst: 2 })];
    await take([narrow, wide]);
    for (const _ of [1, 2, 3]) expect(await take([wide, narrow])).toMatchObject({ index: 1 });
    expect(await take([wide])).toBeNull();
    const longer = count('wide', { burst: 1, everyMs: 3 * minute });
    expect(await take([narrow, longer])).toMatchObject({ index: 1 });
  });

  test('the same count twice in one take is one', async () => {
    for (const _ of [1, 2, 3]) expect(await take([count('a'), count('a')])).toBeNull();
    expect(await take([count('a'), count('a')])).not.toBeNull();
  });

  test('at the same time no more get through than one after the other', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => take([count('a')])));
    expect(all.filter((full) => full === null)).toHaveLength(3);
  });

  test('a count that is given back has room for another, and never for more than the burst', async () => {
    const back = [count('a')];
    for (const _ of [1, 2, 3]) await take(back);
    await created().settle({ ...nothing, back });
    expect(await take(back)).toBeNull();
    expect(await take(back)).not.toBeNull();
    for (const _ of [1, 2, 3, 4, 5]) await created().settle({ ...nothing, back });
    for (const _ of [1, 2, 3]) expect(await take(back)).toBeNull();
    expect(await take(back)).not.toBeNull();
    await created().settle({ ...nothing, forget: ['a'] });
    expect(await take(back)).toBeNull();
  });

  test('a known client is not counted by the limits for unknown ones', async () => {
    const strangers = count('strangers', { burst: 1, unknownClientsOnly: true });
    const all = count('all', { burst: 4 });
    await created().settle({ ...nothing, knownClients: [known('home')] });
    const [home, other] = [known('home'), known('home', 'bob')];
    for (const _ of [1, 2, 3]) expect(await take([strangers, all], [other, home])).toBeNull();
    expect(await take([strangers, all], [other])).toBeNull();
    expect(await take([strangers], [other])).not.toBeNull();
    expect(await take([strangers, all], [home])).toMatchObject({ index: 1 });
  });

  test('an account that is logged in to from ever new clients loses only its own oldest known clients', async () => {
    const full = count('strangers', { burst: 1, unknownClientsOnly: true });
    await take([full]);
    const mark = (client: string, account?: string) =>
      created().settle({
        ...nothing,
        back: [count('other')],
        knownClients: [known(client, account)],
      });
    await mark('home', 'bob');
    await mark('home');
    await mark('desk');
    await mark('home');
    for (let client = 0; client < knownClientsPerAccount - 1; client += 1)
      await mark(`new-${client}`);
    expect(await take([full], [known('home', 'bob')])).toBeNull();
    expect(await take([full], [known('home')])).toBeNull();
    expect(await take([full], [known('desk')])).not.toBeNull();
    await mark('one more');
    expect(await take([full], [known('home')])).not.toBeNull();
  });
}

let now: number;
let memory: Counters;
beforeEach(() => {
  now = Date.parse('2027-01-15T12:00:00Z');
  memory = createMemoryCounters(() => now);
});
counts(() => memory);

test('in any span of time there is one burst and what has leaked away in it', async () => {
  const slow = { counts: [count('a')], knownClients: [] };
  let through = 0;
  for (let second = 0; second < 600; second += 1) {
    if ((await memory.take(slow)) === null) through += 1;
    now += 1000;
  }
  expect(through).toBe(3 + 9);
  now += 60 * minute;
  for (const _ of [1, 2, 3]) expect(await memory.take(slow)).toBeNull();
  expect(await memory.take(slow)).toEqual({ index: 0, waitMs: minute });
});

test('a clock that is set back blocks no caller for longer than it takes a burst to leak away', async () => {
  const take = { counts: [count('a')], knownClients: [] };
  for (const _ of [1, 2, 3]) await memory.take(take);
  now -= 60 * minute;
  expect(await memory.take(take)).toEqual({ index: 0, waitMs: minute });
  now += minute;
  expect(await memory.take(take)).toBeNull();
  expect(await memory.take(take)).toEqual({ index: 0, waitMs: minute });
});

test('known clients expire', async () => {
  const take = {
    counts: [count('a', { burst: 1, unknownClientsOnly: true })],
    knownClients: [known('home')],
  };
  await memory.settle({ ...nothing, knownClients: [known('home')] });
  now += minute - 1;
  for (const _ of [1, 2, 3]) expect(await memory.take(take)).toBeNull();
  now += 1;
  expect(await memory.take(take)).toBeNull();
  expect(await memory.take(take)).not.toBeNull();
});

test('a flood of keys evicts the oldest, and a key that is tried repeatedly stays', async () => {
  const full = { counts: [count('hot', { burst: 1 })], knownClients: [] };
  await memory.take(full);
  await memory.take({ counts: [count('cold', { burst: 1 })], knownClients: [] });
  for (let key = 0; key < 200_000; key += 1) {
    await memory.take({ counts: [count(`k${key}`)], knownClients: [] });
    if (key % 1000 === 0) expect(await memory.take(full)).not.toBeNull();
  }
  expect(await memory.take({ counts: [count('cold', { burst: 1 })], knownClients: [] })).toBeNull();
});

describeWithRedis('counts in Redis', () => {
  const orgUrl = 'https://org.example';
  let server: RedisServer;
  let redis: Awaited<ReturnType<typeof connectRedis>>;
  beforeAll(async () => {
    server = await startRedis();
    redis = await connectRedis(redisAt(server.url), { orgUrl });
  });
  beforeEach(() => server.client.flushall());
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  counts(() => createRedisCounters(redis));

  test('no caller is blocked for longer after the clock of Redis was set back', async () => {
    const key = `${keyPrefixOf(orgUrl)}{limits}:a`;
    await server.client.set(key, Date.now() + 60 * minute);
    const full = await createRedisCounters(redis).take({ counts: [count('a')], knownClients: [] });
    expect(full).toEqual({ index: 0, waitMs: minute });
    const [{ ttl = 0 } = {}] = await server.entries();
    expect(ttl).toBeGreaterThan(2 * minute);
    expect(ttl).toBeLessThanOrEqual(3 * minute);
    expect(Number(await server.client.get(key))).toBeLessThanOrEqual(Date.now() + 3 * minute);
  });

  test('nothing outlives its use', async () => {
    const shared = createRedisCounters(redis);
    await shared.take({ counts: [count('a'), count('b', { everyMs: 1000 })], knownClients: [] });
    await shared.settle({ ...nothing, back: [count('a')], knownClients: [known('home')] });
    const entries = await server.entries();
    expect(entries.map(({ key }) => key).toSorted()).toEqual([
      `${keyPrefixOf(orgUrl)}{limits}:ada`,
      `${keyPrefixOf(orgUrl)}{limits}:b`,
    ]);
    for (const { ttl } of entries) expect(ttl).toBeGreaterThan(0);
    for (const { ttl } of entries) expect(ttl).toBeLessThanOrEqual(minute);
  });
});

test('while the shared counters fail each process counts alone', async () => {
  const down = async () => {
    throw new Error('canary');
  };
  const shared = { take: down, settle: down };
  const counters = createFallbackCounters({ shared, own: memory }, () => undefined);
  const take = { counts: [count('a')], knownClients: [] };
  for (const _ of [1, 2, 3]) expect(await counters.take(take)).toBeNull();
  expect(await counters.take(take)).toMatchObject({ index: 0 });
  await counters.settle({ ...nothing, forget: ['a'] });
  expect(await counters.take(take)).toBeNull();
});
