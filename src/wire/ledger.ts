import type { Config, ServingConfig } from '../config.ts';
import type { Log } from '../logging/log.ts';
import type { RedisConnection } from '../redis/client.ts';
import { createFallbackLedger } from '../refresh/fallback-ledger.ts';
import type { Ledger } from '../refresh/ledger.ts';
import { createMemoryLedger, type MemoryLedger } from '../refresh/memory-ledger.ts';
import { createRedisLedger } from '../refresh/redis-ledger.ts';
import { createSeal } from '../refresh/seal.ts';
import { noticeOf } from './outage-log.ts';

/** A claim that is longer than this without a sign of life goes to another process. */
const longestLeaseMs = 2_000;

interface LedgerOptions {
  /** What this process knows without a Redis. */
  readonly own: Ledger;
  readonly redis: RedisConnection | null;
  readonly log: Log;
}

/** What all know together where there is a Redis, and otherwise `own`. */
export function createLedger(config: ServingConfig, options: LedgerOptions): Ledger {
  const { own, redis, log } = options;
  if (redis === null) return own;
  const leaseMs = Math.min(longestLeaseMs, config.server.requestTimeoutMs / 2);
  const seal = createSeal(() => config.secrets().sealingKeys);
  const shared = createRedisLedger({ redis, seal, ...timesOf(config), leaseMs });
  const notice = noticeOf(log, {
    lost: ['shared_refreshes_lost', 'Redis fails, so this process refreshes tokens alone.'],
    restored: ['shared_refreshes_restored', 'Redis works again, and processes share refreshes.'],
  });
  return createFallbackLedger({ shared, own }, notice);
}

/** For one process alone. @param now epoch milliseconds */
export function createOwnLedger(config: Config, now: () => number): MemoryLedger {
  return createMemoryLedger({ ...timesOf(config), now });
}

function timesOf({ refresh, server }: Config) {
  const graceMs = refresh.graceSeconds * 1000;
  // Past every refresh in flight, and everything that it will be answered with.
  return { graceMs, endedMs: graceMs + server.requestTimeoutMs };
}
