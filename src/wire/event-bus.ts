import type { OktaConfig, ServingSecrets } from '../config.ts';
import {
  type AccountEventBus,
  countEvents,
  createLocalBus,
  type EventStats,
  mapEvents,
} from '../events/bus.ts';
import type { LeaderLease } from '../events/poll-leader.ts';
import { createRedisBus } from '../events/redis-bus.ts';
import { createRedisLease } from '../events/redis-poll-leader.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import type { Log } from '../logging/log.ts';
import { narrowToOwn, ownIssuerOf } from '../okta/events/own-issuer.ts';
import type { RedisConnection } from '../redis/client.ts';
import { openRedis } from '../redis/connect.ts';
import { silenceMs } from '../redis/options.ts';
import { logOutage } from './outage-log.ts';
import { connectWatchedRedis, type RedisHealth } from './redis-health.ts';

/** The event bus of this process, or of all processes that share a Redis. */
export interface EventBus {
  readonly redis: RedisConnection | null;
  readonly events: AccountEventBus & {
    stats(): EventStats;
    /** Events that wait for Redis. */
    unsent(): number;
  };
  /** Null without a Redis. */
  readonly redisHealth: RedisHealth | null;
  /** Null when this is the only process. */
  readonly pollLease: LeaderLease | null;
}

interface Settings {
  readonly okta: Pick<OktaConfig, 'orgUrl' | 'issuer' | 'acceptedClientIds'>;
  readonly secrets: () => Pick<ServingSecrets, 'redis'>;
}

interface Dependencies {
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export async function connectEventBus(
  { okta, secrets }: Settings,
  { log, now }: Dependencies,
): Promise<EventBus> {
  const ownIssuer = ownIssuerOf(okta);
  const mapToOwn = (event: AccountEvent) => narrowToOwn(ownIssuer, event);
  const local = createLocalBus();
  const { redis: settings } = secrets();
  if (settings === null) {
    const events = countEvents(mapEvents({ ...local, unsent: () => 0 }, mapToOwn));
    return { redis: null, redisHealth: null, events, pollLease: null };
  }
  const { orgUrl } = okta;
  const { redis, health } = await connectWatchedRedis(settings, { orgUrl, log });
  // A separate connection, since a blocking read delays the commands after it.
  const reader = openRedis(settings, { orgUrl, commandMs: silenceMs });
  const notice = logOutage(log, {
    lost: ['shared_events_lost', 'Events from other processes cannot be read from Redis.'],
    restored: ['shared_events_restored', 'Events from other processes are read again.'],
  });
  const noticeAccepted = logOutage(log, {
    lost: [
      'event_publishing_lost',
      'Redis refuses events, so other processes do not receive those of this process.',
    ],
    restored: ['event_publishing_restored', 'Redis accepts events again.'],
  });
  const events = createRedisBus({ local, redis, reader, now, notice, noticeAccepted });
  return {
    redis,
    redisHealth: health,
    events: countEvents(mapEvents(events, mapToOwn)),
    pollLease: createRedisLease(redis),
  };
}
