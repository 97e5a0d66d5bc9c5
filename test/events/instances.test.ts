import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  LogOutDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { logIn } from '../features/flows.ts';
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { type Stack, type StackOptions, startStack } from '../support/start.ts';

const soon = { timeout: 8_000, interval: 10 };

describeWithRedis('two instances with one Redis', () => {
  let redis: RedisServer;
  let port: number;
  let here: Stack;
  let there: Stack;
  const later: Stack[] = [];

  const start = (options: StackOptions = {}) =>
    startStack({ redisUrl: redis.url, events: { logPollSeconds: 1 }, ...options });
  beforeAll(async () => {
    redis = await startRedis();
    port = Number(new URL(redis.url).port);
    here = await start();
    there = await start({ beside: here });
  });
  afterEach(async () => {
    for (const stack of later.splice(0)) await stack.close();
  });
  afterAll(async () => {
    await there.close();
    await here.close();
    await redis.stop();
  });

  const validate = async ({ gql, basic }: Stack, token: string) => {
    const input = { token, freshness: 'LOCAL' } as const;
    const answer = await gql(ValidateTokenDocument, { input }, { authorization: basic });
    return answer.data?.validateToken;
  };
  const isActive = async (stack: Stack, token: string) => (await validate(stack, token))?.active;
  const logOut = (stack: Stack, refreshToken: string) =>
    stack.gql(LogOutDocument, { input: { refreshToken } });
  const ready = async (stack: Stack) => {
    // Past the time for which one report counts.
    stack.clock.advance(2_000);
    const answer = await fetch(`${stack.url}/ready`);
    const { checks } = (await answer.json()) as { checks: Record<string, string> };
    return { status: answer.status, redis: checks['redis'] };
  };

  test('a log-out at one ends the session at the other, and at one that starts later', async () => {
    const { accessToken, refreshToken } = await logIn(here);
    expect(await isActive(there, accessToken)).toBe(true);
    await logOut(here, refreshToken);
    expect(await isActive(here, accessToken)).toBe(false);
    await expect.poll(() => isActive(there, accessToken), soon).toBe(false);
    later.push(await start({ beside: here }));
    expect(await isActive(later[0] ?? here, accessToken)).toBe(false);
  });

  test('what one has read of the System Log shortens the lag that both state', async () => {
    const { accessToken } = await logIn(here);
    const lag = async (stack: Stack) => {
      const verdict = await validate(stack, accessToken);
      return verdict?.revocationLagSeconds ?? Number.NaN;
    };
    await expect.poll(() => lag(here), soon).toBeLessThan(60);
    await expect.poll(() => lag(there), soon).toBeLessThan(60);
  });

  test('without Redis each reads the log, reports that it is cut off, and catches up', async () => {
    const { accessToken, refreshToken } = await logIn(here);
    expect(await isActive(there, accessToken)).toBe(true);
    await redis.stop();
    await expect.poll(() => ready(there), soon).toEqual({ status: 200, redis: 'failing' });
    await logOut(here, refreshToken);
    // By the System Log, since nothing else has it.
    await expect.poll(() => isActive(there, accessToken), soon).toBe(false);
    redis = await startRedis(port);
    await expect.poll(() => ready(there), soon).toEqual({ status: 200, redis: 'ok' });
  });
});
