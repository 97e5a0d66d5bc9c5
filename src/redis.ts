import { Redis } from 'ioredis';

/** So that a Redis that hangs delays a caller by less than a call to Okta may. */
const commandMs = 1_000;
const longestRetryMs = 2_000;

/**
 * Tries once before it resolves, so that a Redis that is there is used from the first request on, and
 * for ever after: without one it resolves too, and every command fails at once.
 */
export async function connectRedis(url: string): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 1_000,
    commandTimeout: commandMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(attempt * 100, longestRetryMs),
  });
  // Commands fail with it, too; and ioredis prints to the console what nobody listens to.
  redis.on('error', () => undefined);
  await redis.connect().catch(() => undefined);
  return redis;
}
