import { expect, test } from 'vitest';
import type { BusStatus } from '../../src/events/bus.ts';
import { createPollLeader } from '../../src/events/poll-leader.ts';
import { createRedisLease } from '../../src/events/redis-poll-leader.ts';
import type { RedisClient } from '../../src/redis/client.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import { describeWithRedis, redisAt, startRedis } from '../support/redis.ts';

const join = (
  redis: RedisClient | null,
  status: () => BusStatus = () => 'shared',
  everyMs = 1_000,
) =>
  createPollLeader({ lease: redis && createRedisLease(redis), status, everyMs, callTimeoutMs: 0 });

test('one process alone polls', async () => {
  expect(await join(null, () => 'local').isLeader()).toBe(true);
});

test('a poll of the log may take as long as a call may, without losing the lease', async () => {
  const leases: number[] = [];
  const lease = {
    async acquire({ leaseMs }: { readonly leaseMs: number }) {
      leases.push(leaseMs);
      return true;
    },
    release: async () => undefined,
  };
  const status = () => 'shared' as const;
  await createPollLeader({ lease, status, everyMs: 500, callTimeoutMs: 10_000 }).isLeader();
  expect(leases).toEqual([11_500]);
});

describeWithRedis('of processes with one Redis', () => {
  test('one polls, until it stops or is silent for long', async () => {
    const server = await startRedis();
    const redis = await connectRedis(redisAt(server.url), { orgUrl: 'https://org.example' });
    const [first, second, third] = [join(redis), join(redis, () => 'shared', 20), join(redis)];
    expect(await first.isLeader()).toBe(true);
    expect(await second.isLeader()).toBe(false);
    expect(await first.isLeader()).toBe(true);
    await second.stop();
    expect(await second.isLeader()).toBe(false);
    await first.stop();
    expect(await second.isLeader()).toBe(true);
    await expect.poll(third.isLeader, { interval: 10 }).toBe(true);
    redis.disconnect();
    await server.stop();
  });

  test('each that reaches no other polls for itself', async () => {
    const server = await startRedis();
    const redis = await connectRedis(redisAt(server.url), { orgUrl: 'https://org.example' });
    let status: BusStatus = 'shared';
    const [first, second] = [join(redis), join(redis, () => status)];
    expect(await first.isLeader()).toBe(true);
    expect(await second.isLeader()).toBe(false);
    status = 'disconnected';
    expect(await second.isLeader()).toBe(true);
    status = 'shared';
    await server.stop();
    expect(await second.isLeader()).toBe(true);
    redis.disconnect();
  });
});
