import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { LogInDocument, LogOutDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { type Stack, type StackOptions, startStack } from '../support/start.ts';

const soon = { timeout: 15_000, interval: 20 };

describeWithRedis('a Redis that refuses', () => {
  let redis: RedisServer;
  let stack: Stack;
  const later: Stack[] = [];
  const start = (redisUrl: string, options: StackOptions = {}) =>
    startStack({
      redisUrl,
      limits: true,
      metrics: true,
      events: { logPollSeconds: 1 },
      ...options,
    });

  beforeAll(async () => {
    redis = await startRedis();
    stack = await start(redis.url);
  });
  afterEach(async () => {
    for (const each of later.splice(0)) await each.close();
  });
  afterAll(async () => {
    await stack.close();
    await redis.stop();
  });

  const isReady = async (asked = stack) => {
    // Past the time for which one report counts.
    asked.clock.advance(2_000);
    const answer = await fetch(`${asked.url}/ready`);
    const { checks } = (await answer.json()) as { checks: Record<string, string> };
    return { status: answer.status, redis: checks['redis'] };
  };
  /** Something that is limited, and something that concerns refreshes. */
  const use = async (asked = stack) => {
    const guess = { email: `${randomUUID()}@example.com`, password: 'hunter2' };
    await asked.gql(LogInDocument, { input: guess });
    await asked.gql(LogOutDocument, { input: { refreshToken: randomUUID() } });
  };
  const entriesOf = ({ logs }: Stack): Record<string, unknown>[] =>
    logs.map((line) => JSON.parse(line));
  /** What the log says since `from`, with the reason that it gives. */
  const told = (asked: Stack, from = 0) =>
    entriesOf(asked)
      .slice(from)
      .filter(({ level }) => level === 'warn' || level === 'info')
      .flatMap(({ event, error }) => {
        const reason = (error as { reason?: string } | undefined)?.reason;
        return reason === undefined ? [] : [`${reason}: ${event}`];
      });
  const failures = (asked: Stack, from: number) =>
    entriesOf(asked)
      .slice(from)
      .flatMap(({ failures: all }) => (all ?? []) as { reason: string | null }[])
      .map(({ reason }) => reason);

  const states: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
    [
      'OOM',
      () => redis.client.config('SET', 'maxmemory', '1'),
      () => redis.client.config('SET', 'maxmemory', '0'),
    ],
    [
      'READONLY',
      () => redis.client.replicaof('127.0.0.1', 1),
      () => redis.client.call('REPLICAOF', 'NO', 'ONE'),
    ],
    [
      'NOREPLICAS',
      () => redis.client.config('SET', 'min-replicas-to-write', '1'),
      () => redis.client.config('SET', 'min-replicas-to-write', '0'),
    ],
  ];

  test.each(states)(
    'by %s: readiness and log say so, and when it has passed',
    async (code, begin, end) => {
      await expect.poll(() => isReady(), soon).toEqual({ status: 200, redis: 'ok' });
      const from = entriesOf(stack).length;
      onTestFinished(async () => void (await end()));
      await begin();
      await use();
      await expect.poll(() => isReady(), soon).toEqual({ status: 200, redis: 'failing' });
      expect(failures(stack, from)).toContain(code);
      await expect
        .poll(() => told(stack, from), soon)
        .toEqual(
          expect.arrayContaining([
            `${code}: shared_limits_lost`,
            `${code}: shared_refreshes_lost`,
            `${code}: event_publishing_lost`,
          ]),
        );
      await end();
      await expect.poll(() => isReady(), soon).toEqual({ status: 200, redis: 'ok' });
      const messages = async () => {
        await use();
        return entriesOf(stack)
          .slice(from)
          .map(({ event }) => event);
      };
      // A refused one is left alone for a second.
      await expect
        .poll(messages, { timeout: 15_000, interval: 400 })
        .toEqual(
          expect.arrayContaining([
            'shared_limits_restored',
            'shared_refreshes_restored',
            'event_publishing_restored',
          ]),
        );
    },
  );

  test('by keys of another type: the log names WRONGTYPE, and readiness fails', async () => {
    const from = entriesOf(stack).length;
    const [stream] = await redis.client.keys('*account-events');
    await redis.client.set(stream ?? '', 'a text');
    await expect.poll(() => isReady(), soon).toEqual({ status: 200, redis: 'failing' });
    expect(told(stack, from)).toContain('WRONGTYPE: shared_events_lost');
    await redis.client.del(stream ?? '');
    await expect.poll(() => isReady(), soon).toEqual({ status: 200, redis: 'ok' });
  });

  test.each([
    ['NOAUTH', (url: string) => url],
    ['WRONGPASS', (url: string) => url.replace('//', '//:hunter2@')],
  ])('by %s: the log says it once, and the password is in no line', async (code, urlOf) => {
    onTestFinished(async () => void (await redis.client.config('SET', 'requirepass', '')));
    await redis.client.config('SET', 'requirepass', 'swordfish');
    const refused = await start(urlOf(redis.url), { beside: stack });
    later.push(refused);
    await use(refused);
    const from = entriesOf(refused).length;
    await expect.poll(() => isReady(refused), soon).toEqual({ status: 200, redis: 'failing' });
    await expect.poll(() => failures(refused, from), soon).toContain(code);
    expect(told(refused).filter((line) => line === `${code}: redis_unavailable`)).toHaveLength(1);
    expect(JSON.stringify(entriesOf(refused))).not.toMatch(/hunter2|swordfish/);
    await redis.client.config('SET', 'requirepass', '');
    await expect.poll(() => isReady(refused), soon).toEqual({ status: 200, redis: 'ok' });
    expect(entriesOf(refused).map(({ event }) => event)).toContain('redis_restored');
  });
});
