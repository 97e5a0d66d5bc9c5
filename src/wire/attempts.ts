import type { Log } from '../logging/log.ts';
import type { RedisConnection } from '../redis/client.ts';
import type { AttemptStore } from '../transactions/attempt-store.ts';
import { createRedisAttempts } from '../transactions/redis-attempt-store.ts';
import { createSharedAttemptStore } from '../transactions/shared-attempt-store.ts';
import { logOutage } from './outage-log.ts';

interface AttemptsDependencies {
  /** The attempts of this process, for without Redis. */
  readonly own: AttemptStore;
  readonly redis: RedisConnection | null;
  readonly log: Log;
  readonly patienceMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Attempts that processes share through Redis; `own` without a Redis. */
export function createAttempts({
  own,
  redis,
  log,
  patienceMs,
  now,
}: AttemptsDependencies): AttemptStore {
  if (redis === null) return own;
  const notice = logOutage(log, {
    lost: [
      'shared_attempts_lost',
      'Redis fails, so this process counts the attempts at a transaction alone.',
    ],
    restored: [
      'shared_attempts_restored',
      'Redis works again, and processes share the attempts at a transaction.',
    ],
  });
  const shared = createRedisAttempts({ redis, patienceMs, now });
  return createSharedAttemptStore({ shared, own }, notice);
}
