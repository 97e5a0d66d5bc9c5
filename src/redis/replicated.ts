import type { Cluster, Redis } from 'ioredis';
import type { RedisClient } from './client.ts';

/** Replicas in the same network answer within a millisecond. */
const replicaMs = 50;
/** How long a server whose replicas did not answer is not waited for. */
const pauseMs = 10_000;

/**
 * `eval` and WAIT, in one call to one node. A write that a replica has is there after a failover:
 * Sentinel and clusters promote the replica that has most.
 */
export function createReplicatedEval(
  client: () => Redis | Cluster,
  canFailOver: () => boolean,
): RedisClient['eval'] {
  /** On the clock of `performance.now`. */
  let pausedUntil = 0;

  return async (script, keyCount, ...rest) => {
    if (!canFailOver() || performance.now() < pausedUntil) {
      return client().eval(script, keyCount, ...rest);
    }
    const both = client()
      .pipeline()
      .eval(script, keyCount, ...rest)
      .wait(1, replicaMs);
    const [[failure, reply] = [], [refusal, replicas] = []] = (await both.exec()) ?? [];
    if (failure) throw failure;
    if (refusal || replicas === 0) pausedUntil = performance.now() + pauseMs;
    return reply;
  };
}
