import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  LogOutDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { isAtOrAfter, type Position, parsePosition } from '../../src/events/position.ts';
import { logIn } from '../features/flows.ts';
import { type Frame, type OpenEvents, openEvents } from '../support/event-stream.ts';
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

  const ask = ({ gql, basic }: Stack, token: string, headers: Record<string, string> = {}) => {
    const input = { token, freshness: 'LOCAL' } as const;
    return gql(ValidateTokenDocument, { input }, { authorization: basic, ...headers });
  };
  const validate = async (stack: Stack, token: string) =>
    (await ask(stack, token)).data?.validateToken;
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

  const follow = (stack: Stack, lastEventId?: string) =>
    openEvents(stack.url, {
      authorization: stack.basic,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    });
  const isPlaced = ({ id }: Frame) => id !== null;
  const positionOf = (frame: Frame | undefined): Position => {
    const position = parsePosition(frame?.id ?? undefined);
    if (position === null) throw new Error('There is no position.');
    return position;
  };
  const reachOf = (stream: OpenEvents) => stream.frames().at(-1)?.data['reach'];

  test('a reader of one gets what happens at the other, and resumes at either without a hole', async () => {
    const [first, second] = [await logIn(here), await logIn(here)];
    const stream = await follow(there);
    await expect.poll(() => reachOf(stream), soon).toBe('all');
    await logOut(here, first.refreshToken);
    await expect.poll(() => stream.events().some(isPlaced), soon).toBe(true);
    await logOut(here, second.refreshToken);
    const seen = positionOf(stream.events().find(isPlaced));
    stream.close();
    const again = await follow(here, seen.text);
    await expect.poll(() => again.events().some(isPlaced), soon).toBe(true);
    expect(again.named('hello')[0]).toMatchObject({ id: seen.text, data: { resumed: true } });
    const placed = again.events().filter(isPlaced);
    expect(placed.filter((frame) => isAtOrAfter(seen, positionOf(frame)))).toEqual([]);
    const last = positionOf(placed.at(-1));
    const answer = await ask(there, second.accessToken, { 'events-position': last.text });
    const stamp = parsePosition(answer.headers.get('events-position') ?? '');
    expect(stamp !== null && isAtOrAfter(stamp, last)).toBe(true);
    expect(answer.data?.validateToken?.active).toBe(false);
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
    const stream = await follow(here);
    await redis.stop();
    await expect.poll(() => ready(there), soon).toEqual({ status: 200, redis: 'failing' });
    await expect.poll(() => reachOf(stream), soon).toBe('cut off');
    await logOut(here, refreshToken);
    // At once, though without a position.
    await expect.poll(() => stream.events().some((frame) => !isPlaced(frame)), soon).toBe(true);
    // By the System Log, since nothing else has it.
    await expect.poll(() => isActive(there, accessToken), soon).toBe(false);
    redis = await startRedis(port);
    await expect.poll(() => ready(there), soon).toEqual({ status: 200, redis: 'ok' });
    // Redis has come back empty, with a new epoch.
    await expect.poll(() => stream.named('gap').some(isPlaced), soon).toBe(true);
    const epochs = new Set(
      stream
        .frames()
        .filter(isPlaced)
        .map((frame) => positionOf(frame).epoch),
    );
    expect(epochs.size).toBe(2);
  });
});
