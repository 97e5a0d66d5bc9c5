import type { Config, ServingConfig } from '../config.ts';
import type { Log } from '../logging/log.ts';
import type { RedisConnection } from '../redis/client.ts';
import { createFallbackLedger } from '../refresh/fallback-ledger.ts';
import type { Ledger } from '../refresh/ledger.ts';
import { createMemoryLedger, type MemoryLedger } from '../refresh/memory-ledger.ts';
import { createRedisLedger } from '../refresh/redis-ledger.ts';
import { createSeal } from '../refresh/seal.ts';
import { logOutage } from './outage-log.ts';

/** Without a renewal for this long, another process may take a claim. */
const longestLeaseMs = 2_000;

/** How long a caller waits for a failover of Redis: there has to be time for Okta. */
export function patienceOf({ server }: Pick<Config, 'server'>): number {
  return server.requestTimeoutMs / 2;
}

interface LedgerOptions {
  /** The ledger of this process, for without Redis. */
  readonly own: Ledger;
  readonly redis: RedisConnection | null;
  readonly log: Log;
}

/** A ledger that processes share through Redis; `own` without a Redis. */
export function createLedger(config: ServingConfig, options: LedgerOptions): Ledger {
  const { own, redis, log } = options;
  if (redis === null) return own;
  const { requestTimeoutMs } = config.server;
  // A claim has to outlive a failover, in which it cannot be renewed.
  const leaseMs = () =>
    redis.canFailOver() ? requestTimeoutMs : Math.min(longestLeaseMs, requestTimeoutMs / 2);
  const seal = createSeal(() => config.secrets().sealingKeys);
  const patienceMs = patienceOf(config);
  const shared = createRedisLedger({ redis, seal, ...timesOf(config), leaseMs, patienceMs });
  const notice = logOutage(log, {
    lost: ['shared_refreshes_lost', 'Redis fails, so this process refreshes tokens alone.'],
    restored: ['shared_refreshes_restored', 'Redis works again, and processes share refreshes.'],
  });
  return createFallbackLedger({ shared, own }, notice);
}

/** For this process. @param now epoch milliseconds */
export function createLocalLedger(config: Config, now: () => number): MemoryLedger {
  return createMemoryLedger({ ...timesOf(config), now });
}

function timesOf({ refresh, server }: Config) {
  const graceMs = refresh.graceSeconds * 1000;
  // Outlasts every refresh in flight, and its answer.
  return { graceMs, endedMs: graceMs + server.requestTimeoutMs };
}
