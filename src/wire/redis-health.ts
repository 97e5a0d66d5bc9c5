import type { RedisSettings } from '../config.ts';
import type { Log } from '../logging/log.ts';
import { reportOutage } from '../logging/report-outage.ts';
import type { RedisConnection } from '../redis/client.ts';
import { connectRedis } from '../redis/connect.ts';
import { failureOf } from '../server/observability/failure.ts';
import { describe } from '../server/observability/logger.ts';

export interface RedisHealth {
  /** @throws the reason why Redis cannot be reached, or refuses a write */
  check(): Promise<void>;
  /** By the last check and the state of the connection since. */
  works(): boolean;
}

/** A script, like all writes of this API. */
const probeScript = `return redis.call('set', KEYS[1], '', 'PX', ARGV[1])`;
const probeMs = 10_000;

/**
 * `connectRedis`, with the health of the connection. Each reason for a failed connection is logged
 * once in an outage.
 */
export async function connectWatchedRedis(
  settings: RedisSettings,
  { orgUrl, log }: { readonly orgUrl: string; readonly log: Log },
): Promise<{ readonly redis: RedisConnection; readonly health: RedisHealth }> {
  let takesWrites = true;
  const onConnection = reportOutage<Error>(reasonOf, (error) => {
    if (error === null) {
      log.info({ event: 'redis_restored' }, 'The connection to Redis works again.');
    } else {
      const line = { event: 'redis_unavailable', error: describe(error) } as const;
      log.warn(line, 'Redis cannot be reached.');
    }
  });
  const redis = await connectRedis(settings, { orgUrl, onConnection });
  return {
    redis,
    health: {
      async check() {
        try {
          await redis.eval(probeScript, 1, 'readiness', probeMs);
          takesWrites = true;
        } catch (error) {
          takesWrites = false;
          throw error;
        }
        // The key of the probe is on one node of a cluster, and another one may be gone.
        const failure = redis.failure();
        if (failure !== null) throw failure;
      },
      works: () => redis.failure() === null && takesWrites,
    },
  };
}

function reasonOf(error: Error): string {
  return JSON.stringify(failureOf(error));
}
