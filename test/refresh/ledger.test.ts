import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RateLimited } from '../../src/identity/errors.ts';
import type { RedisConnection } from '../../src/redis/client.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import type { Ledger } from '../../src/refresh/ledger.ts';
import { createMemoryLedger } from '../../src/refresh/memory-ledger.ts';
import { createRedisLedger } from '../../src/refresh/redis-ledger.ts';
import { createSeal } from '../../src/refresh/seal.ts';
import { describeWithRedis, type RedisServer, redisAt, startRedis } from '../support/redis.ts';

const tokensOf = (name: string) => ({
  accessToken: `access-of-${name}`,
  expiresAt: new Date('2027-01-15T12:00:00Z'),
  refreshToken: `successor-of-${name}`,
  idToken: null,
  owner: null,
  scopes: ['openid'],
});
const tokens = tokensOf('used');
const begunAt = Date.parse('2027-01-15T11:00:00Z');
const account = { userId: '00u1' };
const session = (sessionId: string) => ({ ...account, sessionId });
const alone = { lease: 'lease-1', followed: null };

/** What every ledger does. */
function ledgerContract(ledger: () => Ledger): void {
  test('the first one gets the claim', async () => {
    expect(await ledger().claim('used', alone)).toEqual({ kind: 'claimed' });
    await ledger().fail('used', { lease: 'lease-1', error: new Error('over') });
  });

  test('an answer goes to everyone who comes later, and is the same for all', async () => {
    await ledger().claim('used', alone);
    const settled = await ledger().publish('used', { lease: 'lease-1', tokens, begunAt });
    expect(settled).toEqual({ kind: 'answered', tokens, begunAt });
    expect(await ledger().look('used')).toEqual(settled);
    expect(await ledger().claim('used', { lease: 'lease-2', followed: null })).toEqual(settled);
  });

  test('a failure is no answer: the next one may try', async () => {
    await ledger().claim('used', alone);
    await ledger().fail('used', { lease: 'lease-1', error: new RateLimited('UPSTREAM', 7) });
    const next = { lease: 'lease-2', followed: null };
    expect(await ledger().claim('used', next)).toEqual({ kind: 'claimed' });
    await ledger().fail('used', { lease: 'lease-2', error: null });
  });

  test('an answer that comes after a log-out is not taken', async () => {
    await ledger().claim('used', alone);
    expect(await ledger().end('used')).toBeNull();
    const settled = await ledger().publish('used', { lease: 'lease-1', tokens, begunAt });
    expect(settled).toEqual({ kind: 'ended' });
    expect(await ledger().look('used')).toEqual({ kind: 'ended' });
  });

  test('a log-out that comes after the answer gets it, and no later caller does', async () => {
    await ledger().claim('used', alone);
    await ledger().publish('used', { lease: 'lease-1', tokens, begunAt });
    expect(await ledger().end('used')).toEqual(tokens);
    expect(await ledger().claim('used', alone)).toEqual({ kind: 'ended' });
  });

  test('when all sessions of an account end, those of others do not, nor those that begin later', async () => {
    await ledger().endSessions({ ...account, kind: 'all', sessionId: null }, begunAt);
    const [here, unknown] = [session('oar1'), { ...account, sessionId: null }];
    expect(await ledger().isEnded(here, begunAt - 1)).toBe(true);
    expect(await ledger().isEnded(here, begunAt)).toBe(true);
    expect(await ledger().isEnded(unknown, begunAt)).toBe(true);
    expect(await ledger().isEnded(here, begunAt + 1)).toBe(false);
    expect(await ledger().isEnded({ userId: '00u2', sessionId: 'oar1' }, begunAt)).toBe(false);
  });

  test('when one session ends, the others go on', async () => {
    await ledger().endSessions({ ...account, kind: 'one', sessionId: 'oar1' }, begunAt);
    expect(await ledger().isEnded(session('oar1'), begunAt)).toBe(true);
    expect(await ledger().isEnded(session('oar1'), begunAt + 1)).toBe(false);
    expect(await ledger().isEnded(session('oar2'), begunAt)).toBe(false);
    expect(await ledger().isEnded({ ...account, sessionId: null }, begunAt)).toBe(false);
  });

  test('when the other sessions end, this one goes on', async () => {
    await ledger().endSessions({ ...account, kind: 'others', sessionId: 'oar1' }, begunAt);
    expect(await ledger().isEnded(session('oar1'), begunAt)).toBe(false);
    expect(await ledger().isEnded(session('oar2'), begunAt)).toBe(true);
    expect(await ledger().isEnded({ ...account, sessionId: null }, begunAt)).toBe(true);
  });

  test('one token says nothing of another', async () => {
    await ledger().end('used');
    expect(await ledger().look('another')).toEqual({ kind: 'open' });
  });
}

describe('in memory', () => {
  let now = Date.parse('2027-01-15T12:00:00Z');
  let ledger: Ledger;
  beforeEach(() => {
    ledger = createMemoryLedger({ graceMs: 30_000, endedMs: 40_000, now: () => now });
  });
  ledgerContract(() => ledger);

  test('answers take at most 40 MiB, however long their tokens are', async () => {
    const bounded = createMemoryLedger({ graceMs: 30_000, endedMs: 40_000, now: () => now });
    const accessToken = 'x'.repeat(64 * 1024);
    for (let id = 0; id < 1_000; id += 1) {
      const answer = { lease: 'lease-1', tokens: { ...tokens, accessToken }, begunAt };
      await bounded.publish(`used-${id}`, answer);
    }
    expect(bounded.sizes().answers).toBeGreaterThan(500);
    expect(bounded.sizes().answers).toBeLessThanOrEqual(640);
    expect(await bounded.look('used-999')).toMatchObject({ kind: 'answered' });
    expect(await bounded.look('used-0')).toEqual({ kind: 'open' });
  });

  test('answers and ends are forgotten in time', async () => {
    await ledger.publish('used', { lease: 'lease-1', tokens, begunAt });
    await ledger.end('ended');
    await ledger.endSessions({ ...account, kind: 'all', sessionId: null }, begunAt);
    now += 29_999;
    expect((await ledger.look('used')).kind).toBe('answered');
    now += 2;
    expect((await ledger.look('used')).kind).toBe('open');
    expect((await ledger.look('ended')).kind).toBe('ended');
    expect(await ledger.isEnded(session('oar1'), begunAt)).toBe(true);
    now += 10_000;
    expect(await ledger.isEnded(session('oar1'), begunAt)).toBe(false);
    expect((await ledger.look('ended')).kind).toBe('open');
  });
});

describeWithRedis('in Redis', () => {
  const leaseMs = 200;
  const times = { graceMs: 30_000, endedMs: 40_000, leaseMs: () => leaseMs, patienceMs: 0 };
  const connect = () => connectRedis(redisAt(server.url), { orgUrl: 'https://org.example' });
  let server: RedisServer;
  let redis: RedisConnection;
  let ledger: Ledger;
  beforeAll(async () => {
    server = await startRedis();
    redis = await connect();
    const seal = createSeal(() => [new Uint8Array(32).fill(7)]);
    ledger = createRedisLedger({ redis, seal, ...times });
  });
  beforeEach(async () => {
    await server.client.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  ledgerContract(() => ledger);

  test('while one has the claim the others wait, for as long as it takes', async () => {
    await ledger.claim('used', alone);
    await wait(leaseMs * 3);
    const underway = { kind: 'underway', lease: 'lease-1' };
    expect(await ledger.claim('used', { lease: 'lease-2', followed: null })).toEqual(underway);
    await ledger.publish('used', { lease: 'lease-1', tokens, begunAt });
    expect(await ledger.claim('used', { lease: 'lease-2', followed: 'lease-1' })).toEqual({
      kind: 'answered',
      tokens,
      begunAt,
    });
  });

  test('the claim of a process that died goes to the next', async () => {
    const seal = createSeal(() => [new Uint8Array(32).fill(7)]);
    const mortal = await connect();
    const options = { seal, ...times };
    await createRedisLedger({ ...options, redis: mortal }).claim('used', alone);
    mortal.disconnect();
    const next = () => ledger.claim('used', { lease: 'lease-2', followed: 'lease-1' });
    expect((await next()).kind).toBe('underway');
    await expect.poll(async () => (await next()).kind, { timeout: leaseMs * 4 }).toBe('claimed');
    await ledger.fail('used', { lease: 'lease-2', error: null });
  });

  test('a failure goes, typed, to callers that waited for it, and to no others', async () => {
    await ledger.claim('used', alone);
    await ledger.fail('used', { lease: 'lease-1', error: new RateLimited('UPSTREAM', 7) });
    const waited = await ledger.claim('used', { lease: 'lease-2', followed: 'lease-1' });
    expect(waited).toMatchObject({
      kind: 'failed',
      error: { code: 'RATE_LIMITED', scope: 'UPSTREAM', retryAfterSeconds: 7, retryable: true },
    });
    const late = { lease: 'lease-3', followed: null };
    expect(await ledger.claim('used', late)).toEqual({ kind: 'claimed' });
    await ledger.fail('used', { lease: 'lease-3', error: null });
  });

  test('an unexpected error is not shared: callers that waited try on their own', async () => {
    await ledger.claim('used', alone);
    await ledger.fail('used', { lease: 'lease-1', error: new Error('canary') });
    const waited = { lease: 'lease-2', followed: 'lease-1' };
    expect(await ledger.claim('used', waited)).toEqual({ kind: 'claimed' });
    await ledger.fail('used', { lease: 'lease-2', error: null });
  });

  test('of two answers the first one stands', async () => {
    await ledger.publish('used', { lease: 'lease-1', tokens, begunAt });
    const second = await ledger.publish('used', {
      lease: 'lease-2',
      tokens: tokensOf('late'),
      begunAt,
    });
    expect(second).toEqual({ kind: 'answered', tokens, begunAt });
  });

  test('a holder whose lease ran out takes nothing from the next one', async () => {
    await ledger.claim('used', alone);
    await ledger.fail('used', { lease: 'lease-0', error: null });
    expect((await ledger.claim('used', { lease: 'lease-2', followed: null })).kind).toBe(
      'underway',
    );
    await ledger.fail('used', { lease: 'lease-1', error: null });
  });

  test('what Redis holds is sealed, under digests, and goes by itself', async () => {
    const used = 'canary-used-token';
    await ledger.claim(used, alone);
    await ledger.publish(used, { lease: 'lease-1', tokens: tokensOf(used), begunAt });
    await ledger.claim('canary-2', { lease: 'lease-2', followed: null });
    await ledger.fail('canary-2', { lease: 'lease-2', error: new RateLimited('UPSTREAM', 7) });
    await ledger.claim('canary-3', { lease: 'lease-3', followed: null });
    await ledger.end('canary-4');
    await ledger.endSessions({ userId: 'canary-5', kind: 'all', sessionId: null }, begunAt);
    await ledger.endSessions({ userId: 'canary-6', kind: 'one', sessionId: 'canary-7' }, begunAt);
    const entries = await server.entries();
    expect(entries).toHaveLength(6);
    for (const { key, value, ttl } of entries) {
      expect(key).toMatch(/^okta-account-api:[\w-]{22}:(refresh|sessions-ended):\{[\w-]{43}\}:/);
      expect(key + value).not.toMatch(/canary|access|successor/);
      expect(ttl).toBeGreaterThan(0);
      expect(ttl).toBeLessThanOrEqual(40_000);
    }
    await ledger.fail('canary-3', { lease: 'lease-3', error: null });
  });

  test('an answer that was put in the place of another is not given out', async () => {
    await ledger.publish('mine', { lease: 'lease-1', tokens: tokensOf('mine'), begunAt });
    const [mine] = await server.entries();
    await ledger.publish('yours', { lease: 'lease-2', tokens: tokensOf('yours'), begunAt });
    const yours = (await server.entries()).find(({ key }) => key !== mine?.key);
    await server.client.set(yours?.key ?? '', mine?.value ?? '');
    await expect(ledger.look('yours')).rejects.toThrow();
    await expect(ledger.look('mine')).resolves.toMatchObject({ kind: 'answered' });
  });
});
