import type { Bucket, Place, Priority } from '../wire/endpoints.ts';
import { bucketShare, connectionShares, priorities } from './priorities.ts';
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
  readonly inUse: Readonly<Record<Priority, number>>;
  readonly waiting: Readonly<Record<Priority, number>>;
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
  /** Of the same priority. */
  readonly waiting: number;
  /** Of them, those for the same place. */
  readonly ahead: number;
}

/** With fewer there would be a priority without a connection. */
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
    const queue = { waiting: queues.waiting(place.priority), ahead: queues.waitingFor(place) };
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
      inUse: byPriority(taken.inUse),
      waiting: byPriority(queues.waiting),
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
  const ofPriority = new Map<Priority, number>();
  const ofBucket = new Map<Bucket, number>();
  const inUse = (priority: Priority): number => ofPriority.get(priority) ?? 0;
  const inBucket = (bucket: Bucket): number => ofBucket.get(bucket) ?? 0;
  /** Calls of this priority and of those after it, which share what those before it leave. */
  const from = (first: Priority): number =>
    priorities.slice(priorities.indexOf(first)).reduce((sum, priority) => sum + inUse(priority), 0);
  return {
    inUse,
    add({ bucket, priority }: Place, count: 1 | -1): void {
      ofPriority.set(priority, inUse(priority) + count);
      ofBucket.set(bucket, inBucket(bucket) + count);
    },
    hasRoom({ bucket, priority }: Place, limit: number): boolean {
      return (
        from('interactive') < Math.floor(limit) &&
        from(priority) < Math.floor(limit * connectionShares[priority]) &&
        inBucket(bucket) < Math.floor(limit * bucketShare)
      );
    },
  };
}

/** One figure for each priority. */
export function byPriority(of: (priority: Priority) => number): Readonly<Record<Priority, number>> {
  return {
    interactive: of('interactive'),
    refresh: of('refresh'),
    validation: of('validation'),
    batch: of('batch'),
  };
}
