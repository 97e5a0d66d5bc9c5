import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type AccountEventBus, createLocalBus } from '../../src/events/bus.ts';
import { createEventLog } from '../../src/events/event-log.ts';
import { createRedisBus } from '../../src/events/redis-bus.ts';
import type { AccountEvent } from '../../src/identity/account-event.ts';
import { connectRedis, keyPrefixOf, openRedis } from '../../src/redis/connect.ts';
import { silenceMs } from '../../src/redis/options.ts';
import { describeWithRedis, type RedisServer, redisAt, startRedis } from '../support/redis.ts';

const orgUrl = 'https://org.example';
const stream = `${keyPrefixOf(orgUrl)}account-events`;
const recheck = (userId: string): AccountEvent => ({
  id: randomUUID(),
  at: Date.now(),
  kind: 'RECHECK_TOKENS',
  userId,
});
const soon = { timeout: 8_000, interval: 10 };

describeWithRedis('account events over Redis', () => {
  let redis: RedisServer;
  let port: number;
  const started: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    port = Number(new URL(redis.url).port);
  });
  afterAll(() => redis.stop());
  afterEach(async () => {
    for (const close of started.splice(0)) await close();
    await redis.client.flushall();
  });

  /** One process: the events of its listener, and its notices about Redis. */
  async function join(local: AccountEventBus = createLocalBus()) {
    const client = await connectRedis(redisAt(redis.url), { orgUrl });
    const notices: boolean[] = [];
    const notice = (reached: boolean) => notices.push(reached);
    const reader = openRedis(redisAt(redis.url), { orgUrl, commandMs: silenceMs });
    const events = createRedisBus({ local, redis: client, reader, now: Date.now, notice });
    const received: AccountEvent[] = [];
    events.subscribe((event) => received.push(event));
    const log = createEventLog(events);
    await events.start();
    started.push(async () => {
      await events.close();
      client.disconnect();
    });
    const users = () =>
      received.map((event) =>
        'userId' in event && event.userId !== null ? event.userId : event.kind,
      );
    return { events, log, received, notices, users };
  }

  test('what one publishes the other receives, and each receives it once', async () => {
    const [here, there] = [await join(), await join()];
    expect(here.events.status()).toBe('shared');
    here.received.length = there.received.length = 0;
    const changed = { id: randomUUID(), at: 1, kind: 'PROFILE_CHANGED', userId: 'u2' } as const;
    const published = [recheck('u1'), changed];
    const publishing = here.events.publish(published);
    expect(here.received).toEqual(published);
    await publishing;
    await expect.poll(() => there.received, soon).toEqual(published);
    await there.events.publish([recheck('u3')]);
    await expect.poll(here.users, soon).toEqual(['u1', 'u2', 'u3']);
    expect(there.users()).toEqual(['u1', 'u2', 'u3']);
  });

  test('a later process receives earlier events, and the first one learns that earlier events are unknown', async () => {
    const here = await join();
    expect(here.users()).toEqual(['GAP']);
    await here.events.publish([recheck('u1')]);
    await expect.poll(() => redis.client.xlen(stream), soon).toBe(2);
    const there = await join();
    expect(there.received).toEqual(here.received);
  });

  test('a connection that is cut misses nothing', async () => {
    const [here, there] = [await join(), await join()];
    for (let round = 0; round < 5; round += 1) {
      await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await here.events.publish([recheck(`u${round}`)]);
    }
    const all = ['GAP', 'u0', 'u1', 'u2', 'u3', 'u4'];
    await expect.poll(there.users, soon).toEqual(all);
    expect(here.users()).toEqual(all);
  });

  test('a Redis that comes back with what it knew is caught up with, by both sides', async () => {
    const [here, there] = [await join(), await join()];
    await here.events.publish([recheck('u1')]);
    await expect.poll(there.users, soon).toContain('u1');
    redis.pause();
    await expect.poll(() => there.events.status(), soon).toBe('disconnected');
    await here.events.publish([recheck('u2')]);
    expect(here.users()).toEqual(['GAP', 'u1', 'u2']);
    redis.resume();
    await expect.poll(there.users, soon).toEqual(here.users());
    expect(there.events.status()).toBe('shared');
    expect(there.notices).toEqual([false, true]);
  });

  test('a Redis that comes back empty gives everyone a GAP, and new processes too', async () => {
    const [here, there] = [await join(), await join()];
    await redis.stop();
    await expect.poll(() => here.events.status(), soon).toBe('disconnected');
    here.received.length = there.received.length = 0;
    await here.events.publish([recheck('u1')]);
    redis = await startRedis(port);
    await expect.poll(there.users, soon).toEqual(['GAP', 'u1']);
    await expect.poll(here.users, soon).toEqual(['u1', 'GAP']);
    expect((await join()).users()).toEqual(['GAP', 'u1']);
  });

  test('a Redis that comes back with less than before gives everyone a GAP', async () => {
    const [here, there] = [await join(), await join()];
    await here.events.publish([recheck('u1')]);
    await expect.poll(there.users, soon).toContain('u1');
    const [last] = await redis.client.xrevrange(stream, '+', '-', 'COUNT', 1);
    await redis.client.xdel(stream, last?.[0] ?? '');
    here.received.length = there.received.length = 0;
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await expect.poll(there.users, soon).toContain('GAP');
    await expect.poll(here.users, soon).toContain('GAP');
  });

  test('a process that missed more events than are stored gets a GAP, and so does one that starts', async () => {
    const here = await join();
    await here.events.publish([recheck('u0')]);
    await expect.poll(() => redis.client.xlen(stream), soon).toBe(2);
    const before = here.events.position();
    const flood = `for i = 1, 120000 do
      redis.call('xadd', KEYS[1], 'MAXLEN', '~', 100000, '*', 'event', ARGV[1])
    end`;
    const away = redis.client.multi().call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await away.eval(flood, 1, stream, JSON.stringify(recheck('u1'))).exec();
    await expect.poll(() => here.users().at(-1), soon).toBe('u1');
    expect(here.users()).toEqual(['GAP', 'u0', 'GAP', 'u1']);
    // A reader that comes back from before would miss events.
    expect(here.log.after(before, 10)).toBeNull();
    expect(here.events.position().epoch).toBe(before.epoch);
    const there = await join();
    expect(there.users()).toEqual(['GAP', 'u1']);
  });

  test('a page of the System Log reaches the others whole, as large as it is', async () => {
    const [here, there] = [await join(), await join()];
    there.received.length = 0;
    const published = Array.from({ length: 2_500 }, (_, user) => recheck(`u${user}`));
    await here.events.publish(published);
    await expect.poll(() => there.received.length, soon).toBeGreaterThanOrEqual(published.length);
    expect(there.received).toEqual(published);
    expect(here.users().filter((user) => user === 'GAP')).toHaveLength(1);
  });

  test('in an outage, WATERMARK is kept for later only once', async () => {
    const here = await join();
    await redis.stop();
    await expect.poll(() => here.events.status(), soon).toBe('disconnected');
    const complete = (at: number): AccountEvent => ({
      ...{ id: randomUUID(), at, kind: 'WATERMARK' },
    });
    await here.events.publish([recheck('u1')]);
    for (let at = 0; at < 1_100; at += 1) await here.events.publish([complete(at)]);
    redis = await startRedis(port);
    await expect.poll(() => redis.client.xlen(stream).catch(() => 0), soon).toBe(3);
    const there = await join();
    expect(there.users()).toEqual(['GAP', 'u1', 'WATERMARK']);
    expect(there.received.at(-1)?.at).toBe(1_099);
  });

  test('an event of another version gives everyone a GAP', async () => {
    const here = await join();
    here.received.length = 0;
    await redis.client.xadd(stream, '*', 'event', '{"id":"1","at":1,"kind":"NEW"}');
    await expect.poll(here.users, soon).toEqual(['GAP']);
  });

  test('without a Redis at the start it receives its own events, reports it, and joins later', async () => {
    await redis.stop();
    const here = await join();
    expect(here.events.status()).toBe('disconnected');
    // More than is kept for later.
    for (let published = 0; published < 1_100; published += 1)
      await here.events.publish([recheck(`u${published}`)]);
    expect(here.received).toHaveLength(1_100);
    redis = await startRedis(port);
    await expect.poll(() => here.events.status(), soon).toBe('shared');
    await here.events.publish([recheck('the next')]);
    const there = await join();
    await expect.poll(() => there.users().at(-1), soon).toBe('the next');
    expect(there.users().slice(0, 2)).toEqual(['GAP', 'GAP']);
    expect(there.users()).not.toContain('u1');
  });
});
