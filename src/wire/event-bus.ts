import type { Redis } from 'ioredis';
import type { WorkerShare } from '../cluster/worker-client.ts';
import type { OktaConfig, ServingSecrets } from '../config.ts';
import {
  type AccountEvents,
  countEvents,
  createLocalEvents,
  type EventStats,
  heardAs,
} from '../events/bus.ts';
import type { DutyBoard } from '../events/poll-leader.ts';
import { createRedisEvents } from '../events/redis-bus.ts';
import { createRedisDuty } from '../events/redis-poll-leader.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import type { Log } from '../logging/log.ts';
import { meaningTo, ownTokensOf } from '../okta/events/own-issuer.ts';
import { noticeOf } from './outage-log.ts';
import { connectWatchedRedis, type RedisHealth } from './redis-health.ts';

/**
 * The event bus of this process, of the workers of its program, and of all processes that share a
 * Redis.
 */
export interface Coherence {
  readonly redis: Redis | null;
  readonly events: AccountEvents & {
    stats(): EventStats;
    /** How many wait for Redis. */
    unsent(): number;
  };
  /** Null: there is no Redis. */
  readonly redisHealth: RedisHealth | null;
  /** Null: this process is alone. */
  readonly duty: DutyBoard | null;
}

interface Settings {
  readonly okta: Pick<OktaConfig, 'orgUrl' | 'issuer' | 'acceptedClientIds'>;
  readonly secrets: () => Pick<ServingSecrets, 'redisUrl'>;
}

interface Dependencies {
  readonly workers: WorkerShare | null;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export async function createCoherence(
  { okta, secrets }: Settings,
  { workers, log, now }: Dependencies,
): Promise<Coherence> {
  const ours = ownTokensOf(okta);
  const meaning = (event: AccountEvent) => meaningTo(ours, event);
  const near = workers?.events ?? createLocalEvents();
  const { redisUrl } = secrets();
  if (redisUrl === null) {
    const events = countEvents(heardAs({ ...near, unsent: () => 0 }, meaning));
    return { redis: null, redisHealth: null, events, duty: workers?.duty ?? null };
  }
  const { redis, health } = await connectWatchedRedis(redisUrl, { orgUrl: okta.orgUrl, log });
  const notice = noticeOf(log, {
    lost: ['shared_events_lost', 'Events from other processes cannot be read from Redis.'],
    restored: ['shared_events_restored', 'Events from other processes are read again.'],
  });
  const noticeTaken = noticeOf(log, {
    lost: [
      'event_publishing_lost',
      'Redis refuses events, so other processes do not receive those of this process.',
    ],
    restored: ['event_publishing_restored', 'Redis accepts events again.'],
  });
  const events = createRedisEvents({ near, redis, now, notice, noticeTaken });
  return {
    redis,
    redisHealth: health,
    events: countEvents(heardAs(events, meaning)),
    duty: createRedisDuty(redis),
  };
}
