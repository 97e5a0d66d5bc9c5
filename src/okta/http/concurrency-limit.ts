import type { Bucket, Lane, Place } from '../wire/endpoints.ts';
import { bucketShare, connectionShares, lanes } from './priorities.ts';
import { createQueues } from './priority-queue.ts';
import type { Admission } from './rate-limit-budget.ts';

/** So many calls at a time; the others queue. */
export interface ConcurrencyLimit {
  /** @throws the signal's reason; what `look` or `queueFull` has against it */
  acquire(place: Place, signal: AbortSignal): Promise<Permit>;
  stats(): ConcurrencyStats;
}

export interface Permit {
  release(): void;
  /** Okta had too many at a time: half as many from now on, once for all who were sent together. */
  decreaseLimit(): void;
  /** Okta has answered: after as many answers as there are permits, there is one more (AIMD). */
  increaseLimit(): void;
}

export interface ConcurrencyStats {
  readonly limit: number;
  readonly inUse: Readonly<Record<Lane, number>>;
  readonly waiting: Readonly<Record<Lane, number>>;
}

interface Options {
  /** At a time. */
  readonly most: number;
  /** Whether a call may be made, this limit apart: one answer for all of a place. */
  readonly look: (place: Place) => Admission;
  /** Called for each call that may go, before the next `look`. */
  readonly begin: (place: Place) => void;
  /** What is against one more who waits; null: nothing. */
  readonly queueFull: (place: Place, queue: QueueLength) => Error | null;
}

export interface QueueLength {
  readonly inLane: number;
  /** For the same place. */
  readonly ahead: number;
}

/** With fewer there would be a lane without any. */
const fewest = 4;

export function createConcurrencyLimit({
  most,
  look,
  begin,
  queueFull,
}: Options): ConcurrencyLimit {
  const queues = createQueues();
  const taken = createTaken();
  const limit = createAdaptiveLimit(most);

  const hasRoom = (place: Place): boolean => taken.hasRoom(place, limit.now());
  const isReady = (place: Place): boolean => hasRoom(place) && look(place) === 'GO';

  const enter = (place: Place): void => {
    taken.add(place, 1);
    begin(place);
  };

  async function waitInQueue(place: Place, signal: AbortSignal): Promise<void> {
    const queue = { inLane: queues.waiting(place.lane), ahead: queues.waitingFor(place) };
    const full = queueFull(place, queue);
    if (full !== null) throw full;
    await queues.wait(place, signal);
  }

  return {
    async acquire(place, signal) {
      signal.throwIfAborted();
      const admission = look(place);
      if (admission instanceof Error) throw admission;
      if (admission === 'GO' && hasRoom(place)) enter(place);
      else await waitInQueue(place, signal);
      return {
        ...limit.from(),
        release() {
          taken.add(place, -1);
          queues.refuse((waitingFor) => refusal(look(waitingFor)));
          while (queues.call(isReady, enter));
        },
      };
    },
    stats: () => ({
      limit: Math.floor(limit.now()),
      inUse: byLane(taken.inLane),
      waiting: byLane(queues.waiting),
    }),
  };
}

/** How many at a time, which is up to Okta. */
function createAdaptiveLimit(most: number) {
  let limit = most;
  let decreases = 0;
  return {
    now: () => limit,
    from(): Pick<Permit, 'decreaseLimit' | 'increaseLimit'> {
      const decreasesBefore = decreases;
      return {
        decreaseLimit() {
          if (decreases !== decreasesBefore) return;
          decreases += 1;
          limit = Math.max(fewest, limit / 2);
        },
        increaseLimit() {
          limit = Math.min(most, limit + 1 / limit);
        },
      };
    },
  };
}

function refusal(admission: Admission): Error | null {
  return admission instanceof Error ? admission : null;
}

function createTaken() {
  const ofLane = new Map<Lane, number>();
  const ofBucket = new Map<Bucket, number>();
  const inLane = (lane: Lane): number => ofLane.get(lane) ?? 0;
  const inBucket = (bucket: Bucket): number => ofBucket.get(bucket) ?? 0;
  /** A lane shares with those after it what those before it leave to them. */
  const from = (first: Lane): number =>
    lanes.slice(lanes.indexOf(first)).reduce((sum, lane) => sum + inLane(lane), 0);
  return {
    inLane,
    add({ bucket, lane }: Place, count: 1 | -1): void {
      ofLane.set(lane, inLane(lane) + count);
      ofBucket.set(bucket, inBucket(bucket) + count);
    },
    hasRoom({ bucket, lane }: Place, limit: number): boolean {
      return (
        from('logIn') < Math.floor(limit) &&
        from(lane) < Math.floor(limit * connectionShares[lane]) &&
        inBucket(bucket) < Math.floor(limit * bucketShare)
      );
    },
  };
}

/** One figure for each lane. */
export function byLane(of: (lane: Lane) => number): Readonly<Record<Lane, number>> {
  return {
    logIn: of('logIn'),
    refresh: of('refresh'),
    validation: of('validation'),
    batch: of('batch'),
  };
}
