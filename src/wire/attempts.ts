import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { AttemptStore } from '../transactions/attempt-store.ts';
import { createRedisAttempts } from '../transactions/redis-attempt-store.ts';
import { createSharedAttemptStore } from '../transactions/shared-attempt-store.ts';
import { noticeOf } from './outage-log.ts';

interface AttemptsDependencies {
  /** Of this process alone. */
  readonly own: AttemptStore;
  readonly redis: Redis | null;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The attempts at steps of all processes where there is a Redis, and otherwise `own`. */
export function createAttempts({ own, redis, log, now }: AttemptsDependencies): AttemptStore {
  if (redis === null) return own;
  const notice = noticeOf(log, {
    lost: 'Redis does not work: each process counts the attempts at a transaction alone',
    found: 'Redis works again: processes share the attempts at a transaction',
  });
  return createSharedAttemptStore({ shared: createRedisAttempts({ redis, now }), own }, notice);
}
