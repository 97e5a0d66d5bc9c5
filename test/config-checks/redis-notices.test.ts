import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNotices, type Notices } from '../../src/config-checks/notices.ts';
import { createRedisNotices } from '../../src/config-checks/redis-notices.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import { describeWithRedis, type RedisServer, redisAt, startRedis } from '../support/redis.ts';

const text = 'OKTA_AUDIENCE is api://shop, but tokens are issued for api://default.';

describeWithRedis('notices that the workers of a program share', () => {
  let server: RedisServer;
  let redis: Awaited<ReturnType<typeof connectRedis>>;
  beforeAll(async () => {
    server = await startRedis();
    redis = await connectRedis(redisAt(server.url), { orgUrl: 'https://org.example' });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  const worker = (programId: string) =>
    createRedisNotices({ redis, own: createNotices() }, programId);
  /** How many of them have to log. */
  const count = async (workers: readonly Notices[], act: 'post' | 'withdraw') =>
    (await Promise.all(workers.map((notices) => notices[act](text)))).filter(Boolean).length;

  test('a text is logged by one of them, and so is its end', async () => {
    const workers = [worker('one run'), worker('one run'), worker('one run')];
    expect(await count(workers, 'post')).toBe(1);
    expect(await count(workers, 'withdraw')).toBe(1);
    expect(await count(workers, 'post')).toBe(1);
  });

  test('the next run of the program logs it again', async () => {
    expect(await count([worker('a run'), worker('the next run')], 'post')).toBe(2);
  });

  test('Redis holds no text, and no notice for ever', async () => {
    await worker('a third run').post(text);
    const entries = await server.entries();
    expect(entries.length).toBeGreaterThan(0);
    for (const { value, ttl } of entries) {
      expect(value).not.toContain(text);
      expect(ttl).toBeGreaterThan(0);
    }
  });

  test('without Redis each worker logs it once', async () => {
    await server.stop();
    const workers = [worker('one run'), worker('one run')];
    expect(await count(workers, 'post')).toBe(2);
    expect(await count(workers, 'post')).toBe(0);
  });
});
