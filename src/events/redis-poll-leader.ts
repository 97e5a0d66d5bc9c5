import type { Redis } from 'ioredis';
import type { DutyBoard } from './poll-leader.ts';

/** After the prefix of the connection, as every key. */
const key = 'system-log-poller';

const takeScript = `
  local holder = redis.call('get', KEYS[1])
  if holder and holder ~= ARGV[1] then return 0 end
  redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1`;

const releaseScript = `
  if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end`;

/** The board of processes that share a Redis. */
export function createRedisDuty(redis: Redis): DutyBoard {
  return {
    async take({ holder, leaseMs }) {
      return (await redis.eval(takeScript, 1, key, holder, leaseMs)) === 1;
    },
    async release(holder) {
      await redis.eval(releaseScript, 1, key, holder);
    },
  };
}
