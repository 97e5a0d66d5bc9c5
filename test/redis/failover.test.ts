import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import {
  LogOutDocument,
  RefreshTokenDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import type { RedisSettings } from '../../src/config.ts';
import { keyPrefixOf } from '../../src/redis/connect.ts';
import { logIn } from '../features/flows.ts';
import { describeWithRedis, redisAt } from '../support/redis.ts';
import { type Node, startCluster, startSentinels } from '../support/redis-topologies.ts';
import { type Stack, startStack } from '../support/start.ts';

const soon = { timeout: 15_000, interval: 20 };

const refresh = async (stack: Stack, refreshToken: string) => {
  const { data } = await stack.gql(RefreshTokenDocument, { input: { refreshToken } });
  return data?.refreshToken;
};
const logOut = (stack: Stack, refreshToken: string) =>
  stack.gql(LogOutDocument, { input: { refreshToken } });
const isActive = async ({ gql, basic }: Stack, token: string) => {
  const input = { token, freshness: 'LOCAL' } as const;
  const answer = await gql(ValidateTokenDocument, { input }, { authorization: basic });
  return answer.data?.validateToken?.active;
};
const ready = async (stack: Stack) => {
  // Past the time for which one report counts.
  stack.clock.advance(2_000);
  const answer = await fetch(`${stack.url}/ready`);
  return ((await answer.json()) as { checks: Record<string, string> }).checks['redis'];
};
const askedOkta = ({ okta }: Stack) =>
  okta.requests.all().filter(({ path }) => path.endsWith('/default/v1/token')).length;

/** Refreshes the newest token of a session at both at the same time, until it is told to stop. */
function keepRefreshing(both: readonly Stack[], first: { refreshToken: string }) {
  let stopped = false;
  let rounds = 0;
  let newest = { accessToken: '', ...first };
  const unexpected: unknown[] = [];
  const done = (async () => {
    while (!stopped) {
      const { refreshToken } = newest;
      const answers = await Promise.all(both.map((stack) => refresh(stack, refreshToken)));
      const made = answers.filter(
        (answer) => answer?.__typename === 'RefreshTokenSuccess' && !answer.replayed,
      );
      const [answer] = answers;
      if (made.length !== 1 || answer?.__typename !== 'RefreshTokenSuccess') {
        unexpected.push(answers);
        break;
      }
      rounds += 1;
      const { accessToken, refreshToken: next } = answer.tokens;
      newest = { accessToken, refreshToken: next ?? '' };
    }
  })();
  return {
    newest: () => newest,
    async stop() {
      stopped = true;
      await done;
      return { rounds, unexpected };
    },
  };
}

/** What a failover must not break, from before the master is gone until all is shared again. */
async function failOver(here: Stack, there: Stack, kill: () => Promise<void>): Promise<number> {
  const both = [here, there];
  const sessions = await Promise.all(Array.from({ length: 16 }, () => logIn(here)));
  const [ending, going] = [sessions.slice(0, 8), sessions.slice(8)];
  for (const { accessToken } of ending) expect(await isActive(there, accessToken)).toBe(true);
  here.okta.requests.clear();
  const running = going.map((session) => keepRefreshing(both, session));
  await wait(200);
  const logOuts: Promise<unknown>[] = [];
  const end = (from: number, to: number) => {
    const some = ending.slice(from, to);
    logOuts.push(
      ...some.map(({ refreshToken }, i) => logOut(i % 2 === 0 ? here : there, refreshToken)),
    );
  };

  end(0, 3);
  const killedAt = performance.now();
  await kill();
  end(3, 6);
  const isShared = async () => (await Promise.all(both.map(ready))).join();
  await expect.poll(isShared, soon).toBe('failing,failing');
  end(6, 8);
  await expect.poll(isShared, soon).toBe('ok,ok');
  const seconds = (performance.now() - killedAt) / 1_000;
  await Promise.all(logOuts);

  const results = await Promise.all(running.map(({ stop }) => stop()));
  expect(results.flatMap(({ unexpected }) => unexpected)).toEqual([]);
  expect(askedOkta(here)).toBe(results.reduce((sum, { rounds }) => sum + rounds, 0));
  for (const { accessToken, refreshToken } of ending) {
    await expect.poll(() => isActive(here, accessToken), soon).toBe(false);
    await expect.poll(() => isActive(there, accessToken), soon).toBe(false);
    expect((await refresh(here, refreshToken))?.__typename).toBe('RefreshTokenRejected');
    expect((await refresh(there, refreshToken))?.__typename).toBe('RefreshTokenRejected');
  }
  for (const { newest } of running) {
    expect(await isActive(there, newest().accessToken)).toBe(true);
  }
  return seconds;
}

describeWithRedis('a failover', () => {
  const closing: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
  });
  async function startBoth(redis: RedisSettings) {
    const options = { redisUrl: 'redis://unused', secrets: { redis } };
    const here = await startStack(options);
    closing.push(here.close);
    const there = await startStack({ ...options, beside: here });
    closing.push(there.close);
    return [here, there] as const;
  }

  test('by Sentinel: nothing is refreshed twice, and no log-out is lost', async () => {
    const sentinels = await startSentinels({
      serverOptions: ['--requirepass', 'swordfish', '--masterauth', 'swordfish'],
      serverLogin: { password: 'swordfish' },
      sentinelLines: [
        'sentinel auth-pass shop swordfish',
        'requirepass marlin',
        'sentinel sentinel-pass marlin',
      ],
      sentinelLogin: { password: 'marlin' },
    });
    closing.push(sentinels.stop);
    const hosts = sentinels.ports.map((port) => `127.0.0.1:${port}`).join();
    const settings = redisAt(`redis+sentinel://:swordfish@${hosts}/shop`);
    const login = { username: null, password: 'marlin' };
    const [here, there] = await startBoth({ ...settings, sentinel: { masterName: 'shop', login } });
    const [master] = sentinels.nodes;
    const seconds = await failOver(here, there, async () => master?.kill());
    process.stdout.write(`Shared again ${seconds.toFixed(1)} s after the master was killed.\n`);
    expect(here.logs.join()).not.toMatch(/swordfish|marlin/);
  }, 60_000);

  test('in a cluster: nothing is refreshed twice, and no log-out is lost', async () => {
    const cluster = await startCluster({ replicas: 1 });
    closing.push(cluster.stop);
    const [first, , third] = cluster.nodes;
    const [here, there] = await startBoth(redisAt(`redis://127.0.0.1:${third?.port}`));
    const seconds = await failOver(here, there, async () => first?.kill());
    process.stdout.write(`Shared again ${seconds.toFixed(1)} s after a master was killed.\n`);
  }, 60_000);

  test('to a replica that lacks the last writes: this process writes them again', async () => {
    const sentinels = await startSentinels({ sentinels: 1 });
    closing.push(sentinels.stop);
    const [master, replica] = sentinels.nodes;
    const url = `redis+sentinel://127.0.0.1:${sentinels.ports[0]}/shop`;
    const [here, there] = await startBoth(redisAt(url));
    const [kept, ended] = [await logIn(here), await logIn(here)];
    here.okta.requests.clear();
    const { client } = master as Node;
    const stream = `${keyPrefixOf(here.okta.url)}account-events`;
    const eventsOf = async (node: Node | undefined) =>
      (await node?.client.xrange(stream, '-', '+'))?.map(([, [, event]]) => event) ?? [];
    await expect.poll(async () => (await eventsOf(replica)).length, soon).toBeGreaterThan(0);
    await client.call('ACL', 'SETUSER', 'default', '-psync', '-sync');
    await client.call('CLIENT', 'KILL', 'TYPE', 'replica');

    const answer = await refresh(here, kept.refreshToken);
    await logOut(here, ended.refreshToken);
    const published = await eventsOf(master);
    const lacking = await eventsOf(replica);
    expect(lacking.length).toBeLessThan(published.length);

    await master?.kill();
    await expect.poll(() => ready(there), soon).toBe('failing');
    await expect.poll(() => ready(there), soon).toBe('ok');
    await expect.poll(() => eventsOf(replica), soon).toEqual(expect.arrayContaining(published));
    expect(await refresh(there, kept.refreshToken)).toEqual({ ...answer, replayed: true });
    expect(askedOkta(here)).toBe(1);
    expect(await refresh(there, ended.refreshToken)).toMatchObject({ reason: 'LOGGED_OUT' });
  }, 60_000);
});
