import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';

/** So that a Redis that hangs delays a caller by less than a call to Okta may. */
const commandMs = 1_000;
const longestRetryMs = 2_000;

/** Of 16 bytes; two orgs never have the same. */
const digestChars = 22;

/**
 * The prefix of every key. Several Okta orgs, such as those of two stages, may share one Redis
 * without sharing events, polls of the System Log or limits.
 */
export function keyPrefixOf(orgUrl: string): string {
  const digest = createHash('sha256').update(orgUrl).digest('base64url');
  return `okta-account-api:${digest.slice(0, digestChars)}:`;
}

/** Called with each failure to connect, and with null once it is connected. */
type OnConnection = (error: Error | null) => void;

/**
 * Tries once before it resolves, so that a Redis that is there is used from the first request on, and
 * for ever after: without one it resolves too, and every command fails at once.
 * @param orgUrl of the Okta org whose accounts it is about
 */
export async function connectRedis(
  url: string,
  orgUrl: string,
  onConnection: OnConnection = () => undefined,
): Promise<Redis> {
  const redis = new Redis(url, {
    keyPrefix: keyPrefixOf(orgUrl),
    lazyConnect: true,
    connectTimeout: 1_000,
    commandTimeout: commandMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(attempt * 100, longestRetryMs),
  });
  // Failing commands say only that there is no connection. ioredis prints an error that has no
  // listener.
  redis.on('error', onConnection);
  redis.on('ready', () => onConnection(null));
  await redis.connect().catch(() => undefined);
  return redis;
}
