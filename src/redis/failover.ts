import { setTimeout as wait } from 'node:timers/promises';
import { ReplyError } from 'ioredis';
import type { RedisConnection, ReplicatedClient } from './client.ts';
import { redisCodeOf } from './codes.ts';

const retryMs = 50;
/** How long a failover may take; a Redis that has failed for longer is not waited for. */
const failoverMs = 15_000;
/** What a server says during a failover, or before it knows of one. */
const passing = new Set([
  ...['READONLY', 'LOADING', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'MOVED', 'ASK', 'UNBLOCKED'],
]);

/**
 * Waits until another server has taken over, where one can, and repeats the command: only for
 * commands that may be carried out twice.
 * @param patienceMs how long a caller waits at most; then the command fails
 */
export function throughFailovers(redis: RedisConnection, patienceMs: number): ReplicatedClient {
  let failingSince = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  // The next failure is that of another failover.
  redis.onRestored(() => {
    failedAt = Number.NEGATIVE_INFINITY;
  });

  /** @returns whether the failure may be that of a failover */
  function noteFailure(error: unknown): boolean {
    const now = performance.now();
    if (now - failedAt > failoverMs) failingSince = now;
    failedAt = now;
    const mayPass = !(error instanceof ReplyError) || passing.has(redisCodeOf(error) ?? '');
    return mayPass && redis.canFailOver() && now - failingSince < failoverMs;
  }

  async function attempt<Reply>(command: () => Promise<Reply>): Promise<Reply> {
    const endsAt = performance.now() + patienceMs;
    for (;;) {
      try {
        return await command();
      } catch (error) {
        if (!noteFailure(error) || performance.now() > endsAt) throw error;
      }
      await wait(retryMs);
    }
  }

  return {
    eval: (...args) => attempt(() => redis.eval(...args)),
    evalReplicated: (...args) => attempt(() => redis.evalReplicated(...args)),
    mget: (...keys) => attempt(() => redis.mget(...keys)),
    xread: (...args) => attempt(() => redis.xread(...args)),
  };
}
