import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  LogOutDocument,
  MeDocument,
  RefreshTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { logIn } from '../features/flows.ts';
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { type Stack, type StackOptions, startStack } from '../support/start.ts';

const times = <Result>(count: number, work: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));
const loggedOut = { __typename: 'RefreshTokenRejected', reason: 'LOGGED_OUT' };

describeWithRedis('two processes with one Redis', () => {
  let redis: RedisServer;
  let here: Stack;
  let there: Stack;

  const start = async (options: StackOptions = {}) => {
    here = await startStack({ redisUrl: redis.url, ...options });
    there = await startStack({ redisUrl: redis.url, ...options, beside: here });
    // The first probe finds the keys of the issuer on their way.
    await expect.poll(() => ready(here)).toMatchObject({ status: 200 });
  };
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await there.close();
    await here.close();
    await redis.stop();
  });

  const refresh = async (stack: Stack, refreshToken: string) => {
    const { data, errors } = await stack.gql(RefreshTokenDocument, { input: { refreshToken } });
    expect(errors).toBeUndefined();
    return data?.refreshToken;
  };
  const refreshed = async (stack: Stack, token: string) => {
    const answer = await refresh(stack, token);
    if (answer?.__typename !== 'RefreshTokenSuccess') throw new Error(answer?.__typename);
    const { tokens, replayed } = answer;
    return { ...tokens, refreshToken: tokens.refreshToken ?? '', replayed };
  };
  const calls = (end: string) =>
    here.okta.requests.all().filter(({ path }) => path.endsWith(`/default/v1/${end}`)).length;
  const asked = (count = 1) =>
    vi.waitFor(() => expect(calls('token')).toBe(count), { interval: 5 });
  const session = async () => {
    const { refreshToken } = await logIn(here);
    here.okta.requests.clear();
    return refreshToken;
  };
  const delay = (ms: number) =>
    here.okta.fail({ path: '/oauth2/default/v1/token', fault: { kind: 'delay', ms }, times: 1 });
  const ready = async (stack: Stack) => {
    // Past the time for which one report counts.
    stack.clock.advance(2_000);
    const answer = await fetch(`${stack.url}/ready`);
    const { checks } = (await answer.json()) as { checks: Record<string, string> };
    return { status: answer.status, redis: checks['redis'] };
  };
  /** The ends of the keys, which say what each holds. */
  const keys = async () => (await redis.entries()).map(({ key }) => key.split(':').at(-1));
  const warnings = ({ logs }: Stack) => logs.filter((line) => line.includes('"warn"'));

  test('100 refreshes at once make one call, and the session continues', async () => {
    await start();
    const used = await session();
    delay(100);
    const answers = await times(100, (index) => refreshed(index % 2 === 0 ? here : there, used));
    expect(calls('token')).toBe(1);
    expect(new Set(answers.map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const [{ accessToken, refreshToken }] = answers as [(typeof answers)[0]];
    const { data } = await there.gql(MeDocument, {}, { authorization: `Bearer ${accessToken}` });
    expect(data?.me?.email).toBe('demo@example.com');
    expect((await refreshed(there, refreshToken)).replayed).toBe(false);
  });

  test('what one process was answered the other gives again, and the newest of it', async () => {
    await start();
    const used = await session();
    const second = await refreshed(here, used);
    expect(await refreshed(there, used)).toEqual({ ...second, replayed: true });
    const third = await refreshed(there, second.refreshToken);
    expect(await refreshed(here, used)).toEqual({ ...third, replayed: true });
    expect(calls('token')).toBe(2);
  });

  test('a log-out at one beats a refresh in flight at the other', async () => {
    await start();
    const used = await session();
    delay(300);
    const answers = times(4, (index) => refresh(index % 2 === 0 ? here : there, used));
    await asked();
    await there.gql(LogOutDocument, { input: { refreshToken: used } });
    for (const answer of await answers) expect(answer).toMatchObject(loggedOut);
    expect(calls('revoke')).toBe(2);
    expect(calls('token')).toBe(1);
  });

  test('after a log-out at one nothing is replayed at the other', async () => {
    await start();
    const used = await session();
    const { refreshToken } = await refreshed(here, used);
    await there.gql(LogOutDocument, { input: { refreshToken } });
    expect(await refresh(here, used)).toMatchObject(loggedOut);
    expect(await refresh(here, refreshToken)).toMatchObject(loggedOut);
  });

  test('a failure reaches those who wait at both, typed, and the next one may try', async () => {
    await start({ okta: { callTimeoutMs: 1_500 } });
    const used = await session();
    here.okta.fail({ path: '/oauth2/', fault: { kind: 'hang' }, times: 1 });
    const answers = await times(20, (index) => refresh(index % 2 === 0 ? here : there, used));
    expect(answers).toHaveLength(20);
    for (const answer of answers) {
      expect(answer).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
    }
    expect(calls('token')).toBe(1);
    // Okta has acted, and its answer got lost: within its leeway it gives the same again.
    const { refreshToken } = await refreshed(there, used);
    await refreshed(here, refreshToken);
  });

  test('Redis holds nothing that it could give away', async () => {
    await start();
    const used = await session();
    const { accessToken, refreshToken, idToken } = await refreshed(here, used);
    await here.gql(LogOutDocument, { input: { refreshToken } });
    const entries = await redis.entries();
    expect(entries.length).toBeGreaterThan(1);
    const held = JSON.stringify(entries);
    for (const secret of [used, refreshToken, accessToken, idToken, 'demo@', 'openid']) {
      expect(held).not.toContain(secret);
    }
  });

  test('when Redis goes, each process refreshes alone, says so, and comes back', async () => {
    await start();
    expect(await ready(here)).toEqual({ status: 200, redis: 'ok' });
    const used = await session();
    const port = Number(new URL(redis.url).port);
    await redis.stop();

    const answers = await times(10, (index) => refreshed(index % 2 === 0 ? here : there, used));
    expect(calls('token')).toBe(2);
    expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1);
    expect(await ready(here)).toEqual({ status: 200, redis: 'failing' });
    const ended = answers[0]?.refreshToken ?? '';
    await here.gql(LogOutDocument, { input: { refreshToken: ended } });
    expect(await refresh(here, used)).toMatchObject(loggedOut);
    // Each once; the connection and the events notice by themselves, in any order.
    await expect
      .poll(() =>
        warnings(here)
          .map((line) => JSON.parse(line).event)
          .sort(),
      )
      .toEqual(['redis_unavailable', 'shared_events_lost', 'shared_refreshes_lost']);
    expect(here.logs.join()).not.toMatch(new RegExp(`${port}|${used}`));

    redis = await startRedis(port);
    await expect.poll(() => ready(here), { timeout: 5_000 }).toMatchObject({ redis: 'ok' });
    await expect.poll(() => ready(there), { timeout: 5_000 }).toMatchObject({ redis: 'ok' });
    // Ended while there was no Redis.
    await expect
      .poll(keys, { timeout: 5_000 })
      .toEqual(expect.arrayContaining(['answer', 'ended']));
    // For a second after a failure it does not ask Redis.
    await expect.poll(() => refresh(there, used), { timeout: 5_000 }).toMatchObject(loggedOut);
    const shares = async () => {
      const { refreshToken } = await logIn(here);
      await refreshed(here, refreshToken);
      return (await refreshed(there, refreshToken)).replayed;
    };
    await expect.poll(shares, { timeout: 5_000 }).toBe(true);
    expect(here.logs.join()).toContain('Redis works again');
  });

  test('a Redis that hangs delays a refresh by less than a call to Okta may take', async () => {
    await start();
    const used = await session();
    redis.pause();
    const startedAt = performance.now();
    await refreshed(here, used);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(await ready(here)).toEqual({ status: 200, redis: 'failing' });
    redis.resume();
  });

  test('without a Redis at the start the API starts', async () => {
    await redis.stop();
    await start();
    expect(await ready(here)).toEqual({ status: 200, redis: 'failing' });
    const used = await session();
    const first = await refreshed(here, used);
    expect(first.replayed).toBe(false);
    redis = await startRedis(Number(new URL(redis.url).port));
    // What it refreshed alone is shared as soon as there is one.
    await expect.poll(() => ready(there), { timeout: 5_000 }).toMatchObject({ redis: 'ok' });
    await expect.poll(keys, { timeout: 5_000 }).toContain('answer');
    expect(await refreshed(there, used)).toMatchObject({ ...first, replayed: true });
  });
});
