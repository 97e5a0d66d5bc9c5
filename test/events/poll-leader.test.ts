import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import type { Reach } from '../../src/events/bus.ts';
import { createPollDuty } from '../../src/events/poll-leader.ts';
import { createRedisDuty } from '../../src/events/redis-poll-leader.ts';
import { connectRedis } from '../../src/wire/redis.ts';
import { describeWithRedis, startRedis } from '../support/redis.ts';

const join = (redis: Redis | null, reach: () => Reach = () => 'shared', everyMs = 1_000) =>
  createPollDuty({ board: redis && createRedisDuty(redis), reach, everyMs, callTimeoutMs: 0 });

test('one process alone polls', async () => {
  expect(await join(null, () => 'local').shouldPoll()).toBe(true);
});

test('a look at the log may take as long as a call may, without loss of the duty', async () => {
  const leases: number[] = [];
  const board = {
    async take({ leaseMs }: { readonly leaseMs: number }) {
      leases.push(leaseMs);
      return true;
    },
    release: async () => undefined,
  };
  const reach = () => 'shared' as const;
  await createPollDuty({ board, reach, everyMs: 500, callTimeoutMs: 10_000 }).shouldPoll();
  expect(leases).toEqual([11_500]);
});

describeWithRedis('of processes with one Redis', () => {
  test('one polls, until it stops or is silent for long', async () => {
    const server = await startRedis();
    const redis = await connectRedis(server.url, 'https://org.example');
    const [first, second, third] = [join(redis), join(redis, () => 'shared', 20), join(redis)];
    expect(await first.shouldPoll()).toBe(true);
    expect(await second.shouldPoll()).toBe(false);
    expect(await first.shouldPoll()).toBe(true);
    await second.stop();
    expect(await second.shouldPoll()).toBe(false);
    await first.stop();
    expect(await second.shouldPoll()).toBe(true);
    await expect.poll(third.shouldPoll, { interval: 10 }).toBe(true);
    redis.disconnect();
    await server.stop();
  });

  test('each that reaches no other polls for itself', async () => {
    const server = await startRedis();
    const redis = await connectRedis(server.url, 'https://org.example');
    let reach: Reach = 'shared';
    const [first, second] = [join(redis), join(redis, () => reach)];
    expect(await first.shouldPoll()).toBe(true);
    expect(await second.shouldPoll()).toBe(false);
    reach = 'cut off';
    expect(await second.shouldPoll()).toBe(true);
    reach = 'shared';
    await server.stop();
    expect(await second.shouldPoll()).toBe(true);
    redis.disconnect();
  });
});
