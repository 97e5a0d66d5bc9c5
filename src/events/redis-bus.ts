import { setTimeout as wait } from 'node:timers/promises';
import { type Redis, ReplyError } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { atMost } from '../cache/lru-limit.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import { type AccountEvents, type OnAccountEvent, ofLostEvents } from './bus.ts';
import { beginning, createEventStream, type EventStream } from './redis-stream.ts';

/** How long one look at the stream waits for news: a sign of life even when there are none. */
const blockMs = 500;
/** After that much silence the connection is held for dead. */
const silenceMs = 2_000;
const retryMs = 100;
/** Of this process, and not yet in Redis, while that takes none. */
const maxUnsent = 1_000;
/** Redis serves nobody else while it takes them. */
const sentAtOnce = 500;
/** What this process told itself comes back within moments. */
const keptIds = 10_000;

interface Options {
  /** Where events are told besides: this process, or the workers of one program. */
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
 * Events of all processes that share a Redis. They are a stream there, so who was away reads what was
 * told meanwhile; where that is not to be had any more, the listeners hear EVENTS_LOST.
 */
export function createRedisEvents({
  near,
  redis,
  now,
  notice,
  noticeTaken = () => undefined,
}: Options): AccountEvents & { unsent(): number } {
  const reader = redis.duplicate({ commandTimeout: silenceMs, socketTimeout: silenceMs });
  // Reads fail with it, too; and ioredis prints to the console what nobody listens to.
  reader.on('error', () => undefined);
  const stream = createEventStream({ redis, reader, now });
  const { hear, listeners } = createHearing();
  near.subscribe(hear);
  const lost = () => ofLostEvents(now());
  let isRefused = false;
  const outbox = createOutbox(stream, {
    lost,
    notice(taken, error) {
      // Where there is no connection, the follower notices, and tells when it is back.
      if (taken ? !isRefused : !(error instanceof ReplyError)) return;
      isRefused = !taken;
      noticeTaken(taken, error);
    },
  });
  const follower = createFollower(stream, {
    hear,
    onCut: () => hear(lost()),
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
function createHearing() {
  const listeners: OnAccountEvent[] = [];
  const heard = new LRUCache<string, true>(atMost(keptIds));
  return {
    listeners,
    hear(event: AccountEvent) {
      if (heard.has(event.id)) return;
      heard.set(event.id, true);
      for (const listener of listeners) listener(event);
    },
  };
}

/** What Redis does not take now it gets later, in order; of too much the others hear that it was. */
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
      // What was told meanwhile came after it.
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

/** That everything was told until then is said by the last one for those before it. */
function withLastComplete(events: readonly AccountEvent[]): readonly AccountEvent[] {
  const last = events.findLast(({ kind }) => kind === 'EVENTS_COMPLETE');
  return events.filter((event) => event.kind !== 'EVENTS_COMPLETE' || event === last);
}

interface Following {
  readonly hear: OnAccountEvent;
  readonly onCut: () => void;
  readonly onRound: () => Promise<void>;
  readonly notice: Options['notice'];
}

function createFollower(stream: EventStream, { hear, onCut, onRound, notice }: Following) {
  let position = beginning;
  let stopped = false;
  let reached = true;
  /** When everything told until then was heard, on the clock of `performance.now`. */
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
    for (const event of events) hear(event);
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
