import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { type Config, isOrgServer, type OktaConfig } from '../config.ts';
import type { Counters } from '../limits/counters.ts';
import { createFallbackCounters, createLimits, type Limits } from '../limits/limits.ts';
import { createRedisCounters } from '../limits/redis-counters.ts';
import { noticeOf } from './outage-log.ts';

interface LimitsDependencies {
  /** Of this process, or of the workers of its program. */
  readonly own: Counters;
  readonly redis: Redis | null;
  readonly hashingKey: Uint8Array;
  readonly log: Logger;
}

/** Null where they are turned off. */
export function createLimitsFor(
  { limits, okta }: Config & { readonly okta: OktaConfig },
  { own, redis, hashingKey, log }: LimitsDependencies,
): Limits | null {
  if (!limits.on) return null;
  const counters = redis === null ? own : sharedCounters(redis, own, log);
  return createLimits({ counters, key: hashingKey, introspects: isOrgServer(okta) });
}

/** What all count together, and each for itself while Redis is down. */
function sharedCounters(redis: Redis, own: Counters, log: Logger): Counters {
  const notice = noticeOf(log, {
    lost: 'Redis does not work: each process limits alone',
    found: 'Redis works again: processes share rate limits',
  });
  return createFallbackCounters({ shared: createRedisCounters(redis), own }, notice);
}
