import { afterAll, beforeAll, expect, test } from 'vitest';
import { logIn } from '../features/flows.ts';
import {
  LogInDocument,
  LogOutDocument,
  RefreshTokenDocument,
  ValidateTokenDocument,
} from '../gql/graphql.ts';
import { describeWithRedis } from '../support/redis.ts';
import { startCluster } from '../support/redis-topologies.ts';
import { type Stack, startStack } from '../support/start.ts';

const soon = { timeout: 10_000, interval: 20 };

describeWithRedis('a cluster of three masters', () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  let here: Stack;
  let there: Stack;

  beforeAll(async () => {
    cluster = await startCluster({ replicas: 1 });
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
    const guess = { email: 'demo@example.com', password: 'wrong' };
    for (let tries = 0; tries < 5; tries += 1) await here.gql(LogInDocument, { input: guess });
    const { data } = await there.gql(LogInDocument, { input: guess });
    expect(data?.logIn.__typename).toBe('RateLimited');
    const keys = await Promise.all(cluster.nodes.slice(0, 3).map(({ client }) => client.dbsize()));
    expect(Math.min(...keys)).toBeGreaterThan(0);
    expect([...problems(here), ...problems(there)]).toEqual([]);
  });
});
