import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { WorkerShare } from '../cluster/worker-share.ts';
import { type Config, isOrgServer, type OktaConfig } from '../config.ts';
import { type Counters, createMemoryCounters } from '../limits/counters.ts';
import { createFallbackCounters } from '../limits/fallback-counters.ts';
import { createLimits, type Limits } from '../limits/limits.ts';
import { createRedisCounters } from '../limits/redis-counters.ts';
import { describe } from '../server/logging.ts';

interface LimitsDependencies {
  /** Undefined: this process is the only one of its program. */
  readonly workers: WorkerShare | undefined;
  readonly redis: Redis | null;
  readonly hashingKey: Uint8Array;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Null where they are turned off. */
export function createLimitsFor(
  { limits, okta }: Config & { readonly okta: OktaConfig },
  { workers, redis, hashingKey, log, now }: LimitsDependencies,
): Limits | null {
  if (!limits.on) return null;
  const own = workers?.counters ?? createMemoryCounters(now);
  const counters = redis === null ? own : sharedCounters(redis, own, log);
  return createLimits({ counters, key: hashingKey, introspects: isOrgServer(okta) });
}

/** What all count together, and each for itself while Redis is down. */
function sharedCounters(redis: Redis, own: Counters, log: Logger): Counters {
  return createFallbackCounters({ shared: createRedisCounters(redis), own }, (working, error) => {
    if (working) log.info('Redis works again: processes share rate limits');
    else log.warn({ error: describe(error) }, 'Redis does not work: each process limits alone');
  });
}
