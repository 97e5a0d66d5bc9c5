import { expect, onTestFinished, test } from 'vitest';
import { createLocalBus } from '../../src/events/bus.ts';
import { createRedisBus } from '../../src/events/redis-bus.ts';
import { createRedisLease } from '../../src/events/redis-poll-leader.ts';
import { createRedisCounters } from '../../src/limits/redis-counters.ts';
import { connectRedis, openRedis } from '../../src/redis/connect.ts';
import { silenceMs } from '../../src/redis/options.ts';
import { createRedisLedger } from '../../src/refresh/redis-ledger.ts';
import { createSeal } from '../../src/refresh/seal.ts';
import { describeWithRedis, redisAt, startRedis } from '../support/redis.ts';

describeWithRedis('of two orgs on one Redis', () => {
  async function start() {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    return async (orgUrl: string) => {
      const redis = await connectRedis(redisAt(server.url), { orgUrl });
      const near = createLocalBus();
      const reader = openRedis(redisAt(server.url), { orgUrl, commandMs: silenceMs });
      const notice = () => undefined;
      const events = createRedisBus({ local: near, redis, reader, now: Date.now, notice });
      onTestFinished(async () => {
        await events.close();
        redis.disconnect();
      });
      const received: string[] = [];
      events.subscribe(({ id }) => received.push(id));
      await events.start();
      const seal = createSeal(() => [new Uint8Array(32).fill(7)]);
      const times = { graceMs: 30_000, endedMs: 40_000, leaseMs: () => 1_000, patienceMs: 0 };
      return {
        events,
        received,
        pollLease: createRedisLease(redis),
        counters: createRedisCounters(redis),
        ledger: createRedisLedger({ redis, seal, ...times }),
      };
    };
  }

  test('each receives, polls, counts and refreshes alone', async () => {
    const join = await start();
    const [here, beside] = [await join('https://a.example'), await join('https://a.example')];
    const other = await join('https://b.example');

    await here.events.publish([{ id: 'of a', at: 1, kind: 'WATERMARK' }]);
    await other.events.publish([{ id: 'of b', at: 1, kind: 'WATERMARK' }]);
    await expect.poll(() => beside.received).toContain('of a');
    expect([beside.received.includes('of b'), other.received.includes('of a')]).toEqual([
      false,
      false,
    ]);

    const take = (holder: string) => ({ holder, leaseMs: 10_000 });
    expect(await here.pollLease.acquire(take('here'))).toBe(true);
    expect(await beside.pollLease.acquire(take('beside'))).toBe(false);
    expect(await other.pollLease.acquire(take('other'))).toBe(true);

    const count = { key: 'k', burst: 1, everyMs: 60_000, unknownClientsOnly: false };
    const once = { counts: [count], knownClients: [] };
    expect(await here.counters.take(once)).toBeNull();
    expect(await beside.counters.take(once)).not.toBeNull();
    expect(await other.counters.take(once)).toBeNull();

    await here.ledger.end('token');
    const owner = { userId: 'user', sessionId: null };
    await here.ledger.endSessions({ userId: 'user', kind: 'all', sessionId: null }, 2_000);
    expect((await beside.ledger.look('token')).kind).toBe('ended');
    expect(await beside.ledger.isEnded(owner, 1_000)).toBe(true);
    expect((await other.ledger.look('token')).kind).toBe('open');
    expect(await other.ledger.isEnded(owner, 1_000)).toBe(false);
  });
});
