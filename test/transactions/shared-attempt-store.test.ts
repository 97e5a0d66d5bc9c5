import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { RateLimited, TransactionInvalid, UpstreamUnavailable } from '../../src/identity/errors.ts';
import { MfaCodeInvalid } from '../../src/identity/mfa-errors.ts';
import type { RedisConnection } from '../../src/redis/client.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import { createMemoryAttemptStore } from '../../src/transactions/memory-attempt-store.ts';
import { createRedisAttempts } from '../../src/transactions/redis-attempt-store.ts';
import { createSharedAttemptStore } from '../../src/transactions/shared-attempt-store.ts';
import { createTransactions, type Transactions } from '../../src/transactions/transactions.ts';
import { describeWithRedis, type RedisServer, redisAt, startRedis } from '../support/redis.ts';

const key = new Uint8Array(32).fill(7);
const { signal } = new AbortController();
const bounds = { purpose: 'VERIFY_MFA', caller: 'anyone', signal } as const;
const leaseMs = 300;

describeWithRedis('processes that share the steps of a transaction', () => {
  let server: RedisServer;
  let here: Transactions;
  let there: Transactions;
  const connections: RedisConnection[] = [];
  const notices: boolean[] = [];

  const connect = () => connectRedis(redisAt(server.url), { orgUrl: 'https://org.example' });

  async function join(): Promise<Transactions> {
    const redis = await connect();
    connections.push(redis);
    const shared = createRedisAttempts({ redis, now: Date.now, leaseMs });
    const own = createMemoryAttemptStore(Date.now);
    const attempts = createSharedAttemptStore({ shared, own }, (working) => notices.push(working));
    return createTransactions({ keys: () => [key], client: 'client', attempts, now: Date.now });
  }
  beforeAll(async () => {
    server = await startRedis();
    here = await join();
    there = await join();
  });
  afterAll(async () => {
    for (const connection of connections) connection.disconnect();
    await server.stop();
  });

  const seal = () =>
    here.seal({ ...bounds, state: 'secret-state', expiresAt: new Date(Date.now() + 60_000) });
  const succeed = (process: Transactions, handle: string) =>
    process.attempt(handle, bounds, async ({ state }) => ({ result: state, done: true }));
  const fail = (process: Transactions, handle: string, error: Error = new MfaCodeInvalid()) =>
    process.attempt(handle, bounds, () => Promise.reject(error)).catch((thrown) => thrown);
  const send = (process: Transactions, handle: string, to = 'phone') =>
    process.attempt(handle, bounds, async (opened) => {
      const resendAfter = () => new Date(Date.now() + 30_000);
      const result = await opened.send({ to, send: async () => 'sent', resendAfter });
      return { result, done: false };
    });
  const both = (index: number) => (index % 2 === 0 ? here : there);
  const times = <Result>(count: number, work: (index: number) => Promise<Result>) =>
    Promise.all(Array.from({ length: count }, (_, index) => work(index)));

  test('one of twenty attempts at once succeeds, wherever they are made', async () => {
    const handle = await seal();
    const results = await times(20, (index) =>
      succeed(both(index), handle).catch((error) => error),
    );
    expect(results.filter((result) => result === 'secret-state')).toHaveLength(1);
    expect(results.filter((result) => result instanceof TransactionInvalid)).toHaveLength(19);
  });

  test('five wrong codes in all are too many, also all at once', async () => {
    const handle = await seal();
    const failures = await times(12, (index) => fail(both(index), handle));
    expect(failures.filter((error) => error instanceof MfaCodeInvalid)).toHaveLength(5);
    await expect(succeed(there, handle)).rejects.toThrow(TransactionInvalid);
  });

  test('messages and their pauses are counted together', async () => {
    const handle = await seal();
    expect(await send(here, handle)).toBe('sent');
    await expect(send(there, handle)).rejects.toThrow(RateLimited);
    for (const to of ['b', 'c', 'd', 'e']) expect(await send(there, handle, to)).toBe('sent');
    await expect(send(here, handle, 'f')).rejects.toThrow(RateLimited);
    expect(await succeed(here, handle)).toBe('secret-state');
  });

  test('what ends without a result leaves the step as it was for all', async () => {
    const handle = await seal();
    for (let tries = 0; tries < 9; tries += 1) {
      await fail(both(tries), handle, new UpstreamUnavailable());
    }
    expect(await succeed(there, handle)).toBe('secret-state');
  });

  test('an attempt keeps its lock for as long as it takes, past the lease', async () => {
    const handle = await seal();
    let finish = () => {};
    const slow = here.attempt(handle, bounds, async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return { result: 'slow', done: true };
    });
    const next = vi.fn();
    const waiting = succeed(there, handle).catch(next);
    await new Promise((resolve) => setTimeout(resolve, 3 * leaseMs));
    expect(next).not.toHaveBeenCalled();
    finish();
    expect(await slow).toBe('slow');
    await waiting;
    expect(next).toHaveBeenCalledWith(expect.any(TransactionInvalid));
  });

  test('a process that is gone holds up the others for a lease and no longer', async () => {
    const gone = await connect();
    await createRedisAttempts({ redis: gone, now: Date.now, leaseMs }).lock('a-step');
    gone.disconnect();
    const rest = await connect();
    connections.push(rest);
    const step = await createRedisAttempts({ redis: rest, now: Date.now, leaseMs }).lock('a-step');
    expect(step.state).toBeNull();
    await step.unlock(null);
    expect((await server.entries()).filter(({ key }) => key.includes('a-step'))).toEqual([]);
  });

  test('Redis holds nothing of a step but counts, until its handles expire', async () => {
    const handle = await seal();
    await fail(here, handle);
    const entries = (await server.entries()).filter(({ key }) => key.includes('transaction:'));
    expect(entries.length).toBeGreaterThan(0);
    for (const { ttl } of entries) {
      expect(ttl).toBeGreaterThan(0);
      expect(ttl).toBeLessThanOrEqual(65_000);
    }
    expect(JSON.stringify(entries)).not.toContain('secret-state');
    expect(JSON.stringify(entries)).not.toContain(handle);
  });

  test('while Redis is down each counts alone, and nothing that was counted is forgotten', async () => {
    const used = await seal();
    await succeed(here, used);
    const tried = await seal();
    for (let tries = 0; tries < 3; tries += 1) await fail(here, tried);
    const port = Number(new URL(server.url).port);
    await server.stop();
    notices.length = 0;
    await expect(succeed(here, used)).rejects.toThrow(TransactionInvalid);
    for (let tries = 0; tries < 2; tries += 1) await fail(here, tried);
    await expect(succeed(here, tried)).rejects.toThrow(TransactionInvalid);
    const alone = await seal();
    expect(await succeed(here, alone)).toBe('secret-state');
    expect(notices).toEqual([false]);

    server = await startRedis(port);
    await expect
      .poll(
        async () => {
          await fail(here, await seal());
          return notices;
        },
        { timeout: 8_000, interval: 100 },
      )
      .toEqual([false, true]);
    const failures = () => connections.filter((redis) => redis.failure() !== null);
    await expect.poll(failures, { timeout: 8_000 }).toEqual([]);
    await expect(succeed(there, alone)).rejects.toThrow(TransactionInvalid);
    await expect(succeed(here, used)).rejects.toThrow(TransactionInvalid);
    await expect(succeed(here, tried)).rejects.toThrow(TransactionInvalid);
  });
});
