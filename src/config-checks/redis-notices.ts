import { createHash } from 'node:crypto';
import { createFallback } from '../cache/redis-fallback.ts';
import type { RedisClient } from '../redis/client.ts';
import type { Notices } from './notices.ts';

/** Longer than a program usually runs between two deployments. */
const ttlMs = 30 * 24 * 60 * 60 * 1000;

const postScript = `
  local added = redis.call('sadd', KEYS[1], ARGV[1])
  redis.call('pexpire', KEYS[1], ARGV[2])
  return added`;

const withdrawScript = `return redis.call('srem', KEYS[1], ARGV[1])`;

/**
 * Notices that the workers of one program share. While Redis fails, each worker uses its own, so each
 * may log the same text.
 * @param programId of this run of the program: after a restart everything is logged again
 */
export function createRedisNotices(
  { redis, own }: { readonly redis: RedisClient; readonly own: Notices },
  programId: string,
): Notices {
  const key = `notices:${programId}`;
  const shared: Notices = {
    post: async (text) => (await redis.eval(postScript, 1, key, digest(text), ttlMs)) === 1,
    withdraw: async (text) => (await redis.eval(withdrawScript, 1, key, digest(text))) === 1,
  };
  const { attempt } = createFallback({ shared, own }, () => undefined);
  return {
    post: (text) => attempt((notices) => notices.post(text)),
    withdraw: (text) => attempt((notices) => notices.withdraw(text)),
  };
}

/** A text may contain settings, which a reader of Redis must not learn. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
