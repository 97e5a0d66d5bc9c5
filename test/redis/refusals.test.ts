import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { LogInDocument, LogOutDocument } from '../../src/clients/storefront/documents/graphql.ts';
import type { RedisSettings } from '../../src/config.ts';
import { freePort } from '../support/free-port.ts';
import {
  describeWithRedis,
  ended,
  type RedisServer,
  redisAt,
  spawnRedis,
  startRedis,
} from '../support/redis.ts';
import { startCluster, startSentinels } from '../support/redis-topologies.ts';
import { type Stack, startStack } from '../support/start.ts';

const soon = { timeout: 10_000, interval: 20 };

describeWithRedis('a Redis that cannot be used is named in the log', () => {
  let first: Stack;
  let server: RedisServer;
  let sentinels: Awaited<ReturnType<typeof startSentinels>>;
  const later: Stack[] = [];

  beforeAll(async () => {
    first = await startStack();
    server = await startRedis();
    sentinels = await startSentinels({
      sentinels: 1,
      sentinelLines: ['requirepass marlin', 'sentinel sentinel-pass marlin'],
      sentinelLogin: { password: 'marlin' },
    });
  }, 30_000);
  afterAll(async () => {
    for (const stack of later) await stack.close();
    await first?.close();
    await server?.stop();
    await sentinels?.stop();
  });

  const start = async (redis: RedisSettings) => {
    const options = { redisUrl: server.url, secrets: { redis }, beside: first };
    const stack = await startStack(options);
    later.push(stack);
    return stack;
  };
  const unavailable = ({ logs }: Stack) =>
    logs
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === 'redis_unavailable')
      .map(({ error }) => error.reason);
  const failures = ({ logs }: Stack) =>
    logs.flatMap((line) => JSON.parse(line).failures ?? []).map(({ reason }) => reason);
  const ready = async (stack: Stack) => {
    // Past the time for which one report counts.
    stack.clock.advance(2_000);
    const answer = await fetch(`${stack.url}/ready`);
    return ((await answer.json()) as { checks: Record<string, string> }).checks['redis'];
  };
  const sentinelAt = (name: string, password: string | null) => {
    const settings = redisAt(`redis+sentinel://127.0.0.1:${sentinels.ports[0]}/${name}`);
    return { ...settings, sentinel: { masterName: name, login: { username: null, password } } };
  };

  test.concurrent.each<[string, () => RedisSettings]>([
    ['NOAUTH', () => sentinelAt('shop', null)],
    ['WRONGPASS', () => sentinelAt('shop', 'hunter2')],
    ['UNKNOWN_MASTER', () => sentinelAt('another', 'marlin')],
    ['SENTINELS_UNREACHABLE', () => redisAt('redis+sentinel://127.0.0.1:1,127.0.0.1:2/shop')],
    ['NOT_A_CLUSTER', () => redisAt(`${server.url},127.0.0.1:1`)],
    ['NODES_UNREACHABLE', () => redisAt('redis://127.0.0.1:1,127.0.0.1:2')],
  ])('%s, not again and again, and the API serves without it: %#', async (code, settings) => {
    const stack = await start(settings());
    expect(await ready(stack)).toBe('failing');
    await vi.waitFor(() => expect(unavailable(stack)).toContain(code), soon);
    await ready(stack);
    expect(failures(stack)).toContain(code);
    const reasons = unavailable(stack);
    expect(reasons).toEqual([...new Set(reasons)]);
    expect(stack.logs.join()).not.toMatch(/marlin|hunter2/);
  });

  test('SENTINELS_UNREACHABLE and ECONNREFUSED take turns, and each is logged once', async () => {
    const [master, replica] = sentinels.nodes;
    await replica?.kill();
    await master?.kill();
    const settings = redisAt(`redis+sentinel://127.0.0.1:1,127.0.0.1:${sentinels.ports[0]}/shop`);
    const login = { username: null, password: 'marlin' };
    const stack = await start({ ...settings, sentinel: { masterName: 'shop', login } });
    const reasons = ['ECONNREFUSED', 'SENTINELS_UNREACHABLE'];
    await expect.poll(() => unavailable(stack), soon).toEqual(expect.arrayContaining(reasons));
    // Some more attempts.
    await wait(600);
    expect(unavailable(stack).toSorted()).toEqual(reasons);
  });

  test('LOADING: a server that has not read its data yet', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'redis-loading-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const before = await startRedis(undefined, '--dir', folder);
    for (let key = 0; key < 20; key += 1) await before.client.set(`${key}`, 'x'.repeat(2_000));
    await before.client.call('SAVE');
    await before.stop();
    const slow = ['--key-load-delay', '200000', '--loading-process-events-interval-bytes', '1024'];
    const port = await freePort();
    const loading = spawnRedis(['--port', `${port}`, '--dir', folder, ...slow]);
    onTestFinished(() => ended(loading));
    const stack = await start(redisAt(`redis://127.0.0.1:${port}`));
    const seen = async () => {
      await ready(stack);
      return failures(stack);
    };
    await expect.poll(seen, soon).toContain('LOADING');
  });

  test('MOVED: a user that may not ask what the server belongs to learns it all the same', async () => {
    const cluster = await startCluster();
    onTestFinished(cluster.stop);
    for (const { client } of cluster.nodes) {
      const rights = 'on >secret ~* +@all -info'.split(' ');
      await client.call('ACL', 'SETUSER', 'poor', ...rights);
    }
    const stack = await start(redisAt(`redis://poor:secret@127.0.0.1:${cluster.nodes[0]?.port}`));
    const guess = { email: 'demo@example.com', password: 'wrong' };
    const used = async () => {
      await stack.gql(LogInDocument, { input: guess });
      await stack.gql(LogOutDocument, { input: { refreshToken: randomUUID() } });
      const sizes = await Promise.all(cluster.nodes.map(({ client }) => client.dbsize()));
      return Math.min(...sizes);
    };
    await expect.poll(used, { timeout: 10_000, interval: 100 }).toBeGreaterThan(0);
  });

  test('CLUSTERDOWN: a cluster that has no master for some keys', async () => {
    const cluster = await startCluster();
    const [one, two] = cluster.nodes;
    try {
      const stack = await start(redisAt(`redis://127.0.0.1:${one?.port}`));
      expect(await ready(stack)).toBe('ok');
      await two?.kill();
      await expect.poll(() => ready(stack), soon).toBe('failing');
      const seen = async () => {
        await ready(stack);
        return failures(stack);
      };
      await expect.poll(seen, soon).toContain('CLUSTERDOWN');
      expect(unavailable(stack)).toEqual(['ECONNREFUSED']);
    } finally {
      await cluster.stop();
    }
  });
});
