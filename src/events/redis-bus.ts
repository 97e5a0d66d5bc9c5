import { setTimeout as wait } from 'node:timers/promises';
import { type Redis, ReplyError } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { lruLimit } from '../cache/lru-limit.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import { type AccountEvents, type OnAccountEvent, ofLostEvents } from './bus.ts';
import { beginning, createEventStream, type EventStream } from './redis-stream.ts';

/**
 * How long one read of the stream waits for entries. An empty answer shows that the connection is
 * alive.
 */
const blockMs = 500;
/** After that much silence the connection is held for dead. */
const silenceMs = 2_000;
const retryMs = 100;
/** Of this process, and not yet in Redis, while that takes none. */
const maxUnsent = 1_000;
/** Redis serves no other client while it writes them. */
const sentAtOnce = 500;
/** An event that this process published comes back within moments. */
const keptIds = 10_000;

interface Options {
  /** The bus of this process, or of the workers of one program, which gets every event too. */
  readonly near: AccountEvents;
  readonly redis: Redis;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told once when Redis is lost, and once when it is found. */
  readonly notice: (reached: boolean, error: unknown) => void;
  /** Told once when a Redis that can be read takes no events, and once when it takes them again. */
  readonly noticeTaken?: (taken: boolean, error: unknown) => void;
}

/**
 * Events of all processes that share a Redis. They are a Redis stream, so a process that was
 * disconnected reads what it missed. Where those entries are gone, the listeners receive EVENTS_LOST.
 */
export function createRedisEvents({
  near,
  redis,
  now,
  notice,
  noticeTaken = () => undefined,
}: Options): AccountEvents & { unsent(): number } {
  const reader = redis.duplicate({ commandTimeout: silenceMs, socketTimeout: silenceMs });
  // Reads fail with the same error; ioredis prints an error without a listener to the console.
  reader.on('error', () => undefined);
  const stream = createEventStream({ redis, reader, now });
  const { deliver, listeners } = createDelivery();
  near.subscribe(deliver);
  const lost = () => ofLostEvents(now());
  let isRefused = false;
  const outbox = createOutbox(stream, {
    lost,
    notice(taken, error) {
      // The follower reports a lost connection, and its return.
      if (taken ? !isRefused : !(error instanceof ReplyError)) return;
      isRefused = !taken;
      noticeTaken(taken, error);
    },
  });
  const follower = createFollower(stream, {
    deliver,
    onCut: () => deliver(lost()),
    onRound: outbox.flush,
    notice,
  });

  return {
    async publish(events) {
      await near.publish(events);
      outbox.send(events);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
    async start() {
      await near.start();
      await reader.connect().catch(() => undefined);
      await follower.start();
    },
    unsent: outbox.size,
    reach: () => (follower.isFollowing() ? 'shared' : 'cut off'),
    async close() {
      follower.stop();
      await outbox.flush();
      reader.disconnect();
      await near.close();
    },
  };
}

/** Each event once, as long as it is not long ago. */
function createDelivery() {
  const listeners: OnAccountEvent[] = [];
  const delivered = new LRUCache<string, true>(lruLimit(keptIds));
  return {
    listeners,
    deliver(event: AccountEvent) {
      if (delivered.has(event.id)) return;
      delivered.set(event.id, true);
      for (const listener of listeners) listener(event);
    },
  };
}

/**
 * Events that Redis does not accept now are sent later, in order. Where there are too many, the other
 * processes receive EVENTS_LOST instead.
 */
function createOutbox(
  stream: EventStream,
  { lost, notice }: { readonly lost: () => AccountEvent; readonly notice: Options['notice'] },
) {
  let unsent: readonly AccountEvent[] = [];
  let failing = false;
  let sending: Promise<void> | null = null;

  /** A page of the System Log may be more than is kept, and is no reason to, while Redis takes it. */
  function keepWithinBounds(): void {
    if (failing && unsent.length > maxUnsent) unsent = [lost()];
  }
  async function sendAll(): Promise<void> {
    while (unsent.length > 0) {
      const sent = new Set(unsent.slice(0, sentAtOnce));
      await stream.append([...sent]);
      if (failing) notice(true, null);
      failing = false;
      // Events that were published during the call stay, behind these.
      unsent = unsent.filter((event) => !sent.has(event));
    }
  }
  function flush(): Promise<void> {
    sending ??= sendAll()
      .catch((error: unknown) => {
        if (!failing) notice(false, error);
        failing = true;
        keepWithinBounds();
      })
      .finally(() => {
        sending = null;
      });
    return sending;
  }
  return {
    flush,
    size: () => unsent.length,
    send(events: readonly AccountEvent[]) {
      unsent = withLastComplete([...unsent, ...events]);
      keepWithinBounds();
      void flush();
    },
  };
}

/** The last EVENTS_COMPLETE covers those before it. */
function withLastComplete(events: readonly AccountEvent[]): readonly AccountEvent[] {
  const last = events.findLast(({ kind }) => kind === 'EVENTS_COMPLETE');
  return events.filter((event) => event.kind !== 'EVENTS_COMPLETE' || event === last);
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
  /** When all events up to then were received, on the clock of `performance.now`. */
  let heardAt = Number.NEGATIVE_INFINITY;
  const isFollowing = () => performance.now() - heardAt <= silenceMs;

  async function look(): Promise<void> {
    const following = isFollowing();
    if (!following) {
      const continuity = await stream.continuity(position);
      if (continuity === 'begun') position = beginning;
      if (continuity === 'cut') onCut();
    }
    const { events, full, ...next } = await stream.read(position, following ? blockMs : 1);
    for (const event of events) deliver(event);
    position = next.position;
    if (!full) heardAt = performance.now();
  }

  async function round(): Promise<void> {
    try {
      await look();
      if (!reached) notice(true, null);
      reached = true;
      await onRound();
    } catch (error) {
      heardAt = Number.NEGATIVE_INFINITY;
      if (stopped) return;
      if (reached) notice(false, error);
      reached = false;
      await wait(retryMs);
    }
  }

  return {
    isFollowing,
    /** Resolves when it follows, or when it cannot for now. */
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
