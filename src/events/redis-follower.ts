import { setTimeout as wait } from 'node:timers/promises';
import { silenceMs } from '../redis/options.ts';
import { gapAt, type OnAccountEvent, type OnPosition } from './bus.ts';
import { newEpoch, type Position, positionAt } from './position.ts';
import { beginning, type Continuity, type EventStream, type ReadEntry } from './redis-stream.ts';

/**
 * How long one read of the stream waits for entries. An empty answer shows that the connection is
 * alive.
 */
const blockMs = 500;
const retryMs = 100;

export interface FollowerOptions {
  readonly deliver: OnAccountEvent;
  /** Receives each entry after `deliver`, by its position. */
  readonly follow: OnPosition;
  readonly onRound: () => Promise<void>;
  /** Called once when Redis becomes unreachable, and once when it is reachable again. */
  readonly notice: (reached: boolean, error: unknown) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface Follower {
  /** Whether the end of the stream was read a moment ago. */
  isFollowing(): boolean;
  /** Everything up to there was delivered. */
  position(): Position;
  /** Resolves when it has caught up, or when Redis cannot be reached. */
  start(): Promise<void>;
  stop(): void;
}

/** Reads the stream of all processes to its end, and on from there. */
export function createFollower(stream: EventStream, options: FollowerOptions): Follower {
  const { onRound, notice } = options;
  const place = createPlace(options);
  let stopped = false;
  let reached = true;
  /** When the last read reached the end of the stream, by `performance.now`. */
  let caughtUpAt = Number.NEGATIVE_INFINITY;
  const isFollowing = () => performance.now() - caughtUpAt <= silenceMs;

  async function readOnce(): Promise<void> {
    const following = isFollowing();
    if (!following) place.check(await stream.continuity(place.entry(), place.epoch()));
    const { entries, full } = await stream.read(place.entry(), following ? blockMs : 1);
    for (const entry of entries) place.take(entry);
    if (full) return;
    place.caughtUp();
    caughtUpAt = performance.now();
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
    position: place.position,
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

/** Where the follower is, and in which epoch of the stream. */
function createPlace({
  deliver,
  follow,
  now,
}: Pick<FollowerOptions, 'deliver' | 'follow' | 'now'>) {
  let entry = beginning;
  let epoch: string | null = null;
  // Until Redis is reached, an epoch of this process alone.
  let position = positionAt(newEpoch(), 0);
  /** What was read before this position is no longer continued by what comes. */
  let isBroken = true;
  /** The epoch that has begun: entries from before it are read a second time. Null otherwise. */
  let awaited: string | null = null;
  /** The epoch of the newest entry at the last check; null once it is clear. */
  let expected: string | null = null;

  const startAt = (at: Position) => {
    isBroken = false;
    position = at;
    follow({ event: gapAt(now()), position: at, isStart: true });
  };
  return {
    entry: () => entry,
    epoch: () => epoch,
    position: () => position,
    check({ state, epoch: current }: Continuity) {
      epoch ??= current;
      expected = current;
      if (state === 'begun') {
        entry = beginning;
        awaited = current;
      }
      if (state === 'cut') {
        deliver(gapAt(now()));
        isBroken = true;
      }
    },
    take({ position: id, event, epoch: begun }: ReadEntry) {
      deliver(event);
      entry = id;
      if (awaited !== null && begun !== awaited) return;
      awaited = null;
      if (begun !== null) {
        epoch = begun;
        expected = null;
        isBroken = false;
      }
      if (epoch === null) return;
      const at = positionAt(epoch, id);
      if (isBroken) startAt(at);
      position = at;
      follow({ event, position: at, isStart: begun !== null });
    },
    /** Another process has begun an epoch, because Redis had lost the name of this one. */
    caughtUp() {
      if (expected !== null && expected !== epoch) {
        epoch = expected;
        startAt(positionAt(expected, entry));
      }
      expected = null;
    },
  };
}
