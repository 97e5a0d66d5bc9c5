import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { WorkerShare } from '../cluster/worker-share.ts';
import { type AccountEvents, createLocalEvents } from '../coherence/account-events.ts';
import { createRedisEvents } from '../coherence/redis-events.ts';
import { noticeOf } from './notice.ts';

/** The account events of this process, of the workers of its program, and of all that share a Redis. */
export function createEvents({
  workers,
  redis,
  log,
  now,
}: {
  readonly workers?: WorkerShare;
  readonly redis: Redis | null;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}): AccountEvents & { readonly unsent: () => number } {
  const near = workers?.events ?? createLocalEvents();
  if (redis === null) return { ...near, unsent: () => 0 };
  return createRedisEvents({
    near,
    redis,
    now,
    notice: noticeOf(log, {
      lost: 'events of other processes do not arrive',
      found: 'events of other processes arrive again',
    }),
  });
}
