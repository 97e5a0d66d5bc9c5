import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { createFallback } from '../cache/redis-fallback.ts';
import type { Notices } from './notices.ts';

/** Longer than a program usually runs from one deployment to the next. */
const keptMs = 30 * 24 * 60 * 60 * 1000;

const postScript = `
  local added = redis.call('sadd', KEYS[1], ARGV[1])
  redis.call('pexpire', KEYS[1], ARGV[2])
  return added`;

/**
 * The notices of all workers of one program; while Redis does not work, each worker has its own, so
 * that a text may be logged by each.
 * @param programId of one start of the program: the next start logs everything again
 */
export function createRedisNotices(
  { redis, own }: { readonly redis: Redis; readonly own: Notices },
  programId: string,
): Notices {
  const key = `notices:${programId}`;
  const shared: Notices = {
    post: async (text) => (await redis.eval(postScript, 1, key, digest(text), keptMs)) === 1,
    withdraw: async (text) => (await redis.srem(key, digest(text))) === 1,
  };
  const { attempt } = createFallback({ shared, own }, () => undefined);
  return {
    post: (text) => attempt((notices) => notices.post(text)),
    withdraw: (text) => attempt((notices) => notices.withdraw(text)),
  };
}

/** A text may name settings, which are no one's business who reads Redis. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
