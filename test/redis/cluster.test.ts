import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  LogOutDocument,
  RefreshTokenDocument,
  RequestPasswordResetDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { loadOktaSdk } from '../../src/okta/management/sdk.ts';
import { connectRedis, keyPrefixOf } from '../../src/redis/connect.ts';
import { throughFailovers } from '../../src/redis/failover.ts';
import { logIn } from '../features/flows.ts';
import { describeWithRedis, redisAt } from '../support/redis.ts';
import { startCluster } from '../support/redis-topologies.ts';
import { type Stack, startStack } from '../support/start.ts';

const soon = { timeout: 10_000, interval: 20 };

describeWithRedis('a cluster of three masters', () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  let here: Stack;
  let there: Stack;

  beforeAll(async () => {
    // Loading it takes so long that a read of the events would be late.
    await loadOktaSdk();
    // On a busy machine half a second may pass in silence, and nothing here wants a failover.
    cluster = await startCluster({ replicas: 1, options: ['--cluster-node-timeout', '15000'] });
    const [first, second] = cluster.nodes.map(({ port }) => `redis://127.0.0.1:${port}`);
    here = await startStack({ redisUrl: first ?? '', limits: true });
    // Any node will do, as the one endpoint that a managed service gives.
    there = await startStack({ redisUrl: second ?? '', limits: true, beside: here });
  }, 30_000);
  afterAll(async () => {
    await there?.close();
    await here?.close();
    await cluster?.stop();
  });

  const refresh = async (stack: Stack, refreshToken: string) => {
    const { data } = await stack.gql(RefreshTokenDocument, { input: { refreshToken } });
    return data?.refreshToken;
  };
  const ready = async (stack: Stack) => {
    // Past the time for which one report counts.
    stack.clock.advance(2_000);
    const answer = await fetch(`${stack.url}/ready`);
    return ((await answer.json()) as { checks: Record<string, string> }).checks['redis'];
  };
  const isActive = async ({ gql, basic }: Stack, token: string) => {
    const input = { token, freshness: 'LOCAL' } as const;
    const answer = await gql(ValidateTokenDocument, { input }, { authorization: basic });
    return answer.data?.validateToken?.active;
  };
  const problems = ({ logs }: Stack) => logs.filter((line) => /"level":"(warn|error)"/.test(line));

  test('is used by one address, by refreshes, log-outs and limits of two processes', async () => {
    expect(await ready(here)).toBe('ok');
    expect(await ready(there)).toBe('ok');
    for (let session = 0; session < 3; session += 1) {
      const { accessToken, refreshToken } = await logIn(here);
      const answers = await Promise.all([
        refresh(here, refreshToken),
        refresh(there, refreshToken),
      ]);
      const replayed = answers.map(
        (each) => each?.__typename === 'RefreshTokenSuccess' && each.replayed,
      );
      expect(replayed.toSorted()).toEqual([false, true]);
      await there.gql(LogOutDocument, { input: { refreshToken } });
      expect(await refresh(here, refreshToken)).toMatchObject({ reason: 'LOGGED_OUT' });
      await expect.poll(() => isActive(here, accessToken), soon).toBe(false);
    }
    const input = { email: 'demo@example.com' };
    // The third request for one address from one client is one too many.
    for (const stack of [here, there]) await stack.gql(RequestPasswordResetDocument, { input });
    const { data } = await here.gql(RequestPasswordResetDocument, { input });
    expect(data?.requestPasswordReset.__typename).toBe('RateLimited');
    const keys = await Promise.all(cluster.nodes.slice(0, 3).map(({ client }) => client.dbsize()));
    expect(Math.min(...keys)).toBeGreaterThan(0);
    expect([...problems(here), ...problems(there)]).toEqual([]);
  });

  test('is followed at once when a slot has moved to another master', async () => {
    const [from, to] = cluster.nodes;
    if (from === undefined || to === undefined) throw new Error('No nodes.');
    const settings = redisAt(`redis://127.0.0.1:${from.port}`);
    const redis = await connectRedis(settings, { orgUrl: 'https://moved.example' });
    const patient = throughFailovers(redis, 3_000);
    const idOf = async ({ client }: typeof from) => String(await client.cluster('MYID'));
    const [fromId, toId] = [await idOf(from), await idOf(to)];
    const slots = await from.client.cluster('SLOTS');
    const own = slots.find(([, , master]) => master?.[1] === from.port);
    const [first = 0, last = 0] = own ?? [];
    // A key of the first master whose slot holds nothing yet.
    const prefix = keyPrefixOf('https://moved.example');
    const candidates = Array.from({ length: 200 }, (_, index) => `key-${index}`);
    const slotsOf = await Promise.all(
      candidates.map((key) => from.client.cluster('KEYSLOT', prefix + key)),
    );
    const at = slotsOf.findIndex((slot) => slot >= first && slot <= last);
    const [key = '', slot = 0] = [candidates[at], slotsOf[at]];
    const script = 'return 1';
    expect(await patient.evalReplicated(script, 1, key)).toBe(1);

    await to.client.cluster('SETSLOT', slot, 'IMPORTING', fromId);
    await from.client.cluster('SETSLOT', slot, 'MIGRATING', toId);
    for (const { client } of [to, from]) await client.cluster('SETSLOT', slot, 'NODE', toId);
    expect(await patient.evalReplicated(script, 1, key)).toBe(1);
    redis.disconnect();
  });

  test('is failing from the start where a master is gone, and never said to work', async () => {
    const [first, , third] = cluster.nodes;
    await third?.kill();
    const reports: (Error | null)[] = [];
    const redis = await connectRedis(redisAt(`redis://127.0.0.1:${first?.port}`), {
      orgUrl: 'https://gone.example',
      onConnection: (error) => reports.push(error),
    });
    onTestFinished(() => redis.disconnect());
    await expect.poll(() => reports.length, soon).toBeGreaterThan(1);
    expect(reports).not.toContain(null);
    expect(redis.failure()).not.toBeNull();
  });
});
