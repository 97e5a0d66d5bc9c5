import { ReplyError } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { lruLimit } from '../cache/lru-limit.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import type { RedisConnection } from '../redis/client.ts';
import {
  type AccountEventBus,
  gapAt,
  type OnAccountEvent,
  type OnPosition,
  type PositionStep,
} from './bus.ts';
import { createFollower } from './redis-follower.ts';
import { createOutbox } from './redis-outbox.ts';
import { createEventStream } from './redis-stream.ts';

/** Enough to recognize this process's own events, which come back within moments. */
const maxIds = 10_000;

interface Options {
  /** The bus of this process, which also receives every event. */
  readonly local: AccountEventBus;
  readonly redis: RedisConnection;
  /** Another connection: a read of the stream waits. */
  readonly reader: RedisConnection;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Called once when Redis becomes unreachable, and once when it is reachable again. */
  readonly notice: (reached: boolean, error: unknown) => void;
  /** Called once when a Redis that can be read refuses events, and once when it accepts them again. */
  readonly noticeAccepted?: (accepted: boolean, error: unknown) => void;
}

/**
 * The bus of all processes that share a Redis. It is a Redis stream, so a process that was
 * disconnected reads what it missed. If those entries are gone, the listeners receive a GAP.
 */
export function createRedisBus({
  local,
  redis,
  reader,
  now,
  notice,
  noticeAccepted = () => undefined,
}: Options): AccountEventBus & { unsent(): number } {
  const stream = createEventStream({ redis, reader, now });
  const { deliver, listeners } = createDelivery();
  local.subscribe(deliver);
  const followers: OnPosition[] = [];
  const follow = (step: PositionStep) => {
    for (const follower of followers) follower(step);
  };
  const lost = () => gapAt(now());
  let isRefused = false;
  const outbox = createOutbox(stream, {
    lost,
    notice(accepted, error) {
      // The follower reports a lost connection, and its return.
      if (accepted ? !isRefused : !(error instanceof ReplyError)) return;
      isRefused = !accepted;
      noticeAccepted(accepted, error);
    },
  });
  redis.onRestored(outbox.restore);
  const follower = createFollower(stream, {
    deliver,
    follow,
    onRound: outbox.flush,
    notice,
    now,
  });

  return {
    async publish(events) {
      await local.publish(events);
      // Readers need not wait for Redis, which gives the positions.
      for (const event of events) follow({ event, position: null, isStart: false });
      outbox.send(events);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
    follow(follower) {
      followers.push(follower);
    },
    position: follower.position,
    async start() {
      await local.start();
      await reader.connect();
      await follower.start();
    },
    unsent: outbox.size,
    status: () => (follower.isFollowing() ? 'shared' : 'disconnected'),
    async close() {
      follower.stop();
      await outbox.flush();
      reader.disconnect();
      await local.close();
    },
  };
}

/** Delivers each event once; recent ids are remembered. */
function createDelivery() {
  const listeners: OnAccountEvent[] = [];
  const delivered = new LRUCache<string, true>(lruLimit(maxIds));
  return {
    listeners,
    deliver(event: AccountEvent) {
      if (delivered.has(event.id)) return;
      delivered.set(event.id, true);
      for (const listener of listeners) listener(event);
    },
  };
}
