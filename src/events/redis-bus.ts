import { setTimeout as wait } from 'node:timers/promises';
import { ReplyError } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { lruLimit } from '../cache/lru-limit.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import type { RedisConnection } from '../redis/client.ts';
import { silenceMs } from '../redis/options.ts';
import { type AccountEventBus, gapAt, type OnAccountEvent } from './bus.ts';
import { createOutbox } from './redis-outbox.ts';
import { beginning, createEventStream, type EventStream } from './redis-stream.ts';

/**
 * How long one read of the stream waits for entries. An empty answer shows that the connection is
 * alive.
 */
const blockMs = 500;
const retryMs = 100;
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
    onCut: () => deliver(lost()),
    onRound: outbox.flush,
    notice,
  });

  return {
    async publish(events) {
      await local.publish(events);
      outbox.send(events);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
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

interface Following {
  readonly deliver: OnAccountEvent;
  readonly onCut: () => void;
  readonly onRound: () => Promise<void>;
  readonly notice: Options['notice'];
}

function createFollower(stream: EventStream, { deliver, onCut, onRound, notice }: Following) {
  let position = beginning;
  let stopped = false;
  let reached = true;
  /** When the last read reached the end of the stream, by `performance.now`. */
  let caughtUpAt = Number.NEGATIVE_INFINITY;
  const isFollowing = () => performance.now() - caughtUpAt <= silenceMs;

  async function readOnce(): Promise<void> {
    const following = isFollowing();
    if (!following) {
      const continuity = await stream.continuity(position);
      if (continuity === 'begun') position = beginning;
      if (continuity === 'cut') onCut();
    }
    const { events, full, ...next } = await stream.read(position, following ? blockMs : 1);
    for (const event of events) deliver(event);
    position = next.position;
    if (!full) caughtUpAt = performance.now();
  }

  async function round(): Promise<void> {
    try {
      await readOnce();
      if (!reached) notice(true, null);
      reached = true;
      await onRound();
    } catch (error) {
      caughtUpAt = Number.NEGATIVE_INFINITY;
      if (stopped) return;
      if (reached) notice(false, error);
      reached = false;
      await wait(retryMs);
    }
  }

  return {
    isFollowing,
    /** Resolves when it has caught up, or when Redis cannot be reached. */
    async start() {
      do await round();
      while (!stopped && reached && !isFollowing());
      void (async () => {
        while (!stopped) await round();
      })();
    },
    stop() {
      stopped = true;
    },
  };
}
