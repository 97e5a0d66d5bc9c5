import { type Config, isOrgServer, type OktaConfig } from '../config.ts';
import type { Counters } from '../limits/counters.ts';
import { createFallbackCounters, createLimits, type Limits } from '../limits/limits.ts';
import { createRedisCounters } from '../limits/redis-counters.ts';
import type { Log } from '../logging/log.ts';
import type { RedisConnection } from '../redis/client.ts';
import { logOutage } from './outage-log.ts';

interface LimitsDependencies {
  /** The counters of this process, for without Redis. */
  readonly own: Counters;
  readonly redis: RedisConnection | null;
  readonly hashingKey: Uint8Array;
  readonly log: Log;
}

/** Null when rate limits are turned off. */
export function createLimitsFor(
  { limits, okta }: Config & { readonly okta: OktaConfig },
  { own, redis, hashingKey, log }: LimitsDependencies,
): Limits | null {
  if (!limits.on) return null;
  const counters = redis === null ? own : sharedCounters(redis, own, log);
  return createLimits({ counters, key: hashingKey, introspects: isOrgServer(okta) });
}

/** Counters that processes share; each process uses its own while Redis is down. */
function sharedCounters(redis: RedisConnection, own: Counters, log: Log): Counters {
  const notice = logOutage(log, {
    lost: ['shared_limits_lost', 'Redis fails, so this process counts rate limits alone.'],
    restored: ['shared_limits_restored', 'Redis works again, and processes share rate limits.'],
  });
  return createFallbackCounters({ shared: createRedisCounters(redis), own }, notice);
}
