import type { RedisClient } from '../redis/client.ts';
import type { LeaderLease } from './poll-leader.ts';

/** ioredis adds the key prefix of the connection. */
const key = 'system-log-poller';

const takeScript = `
  local holder = redis.call('get', KEYS[1])
  if holder and holder ~= ARGV[1] then return 0 end
  redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1`;

const releaseScript = `
  if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end`;

/** The lease among processes that share a Redis. */
export function createRedisLease(redis: RedisClient): LeaderLease {
  return {
    async acquire({ holder, leaseMs }) {
      return (await redis.eval(takeScript, 1, key, holder, leaseMs)) === 1;
    },
    async release(holder) {
      await redis.eval(releaseScript, 1, key, holder);
    },
  };
}
