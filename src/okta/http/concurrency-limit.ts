import type { Bucket, Place, Priority } from '../wire/endpoints.ts';
import { bucketShare, connectionShares, priorities } from './priorities.ts';
import { createQueues } from './priority-queue.ts';
import type { Admission } from './rate-limit-budget.ts';

/** Limits the calls in flight; the others queue. */
export interface ConcurrencyLimit {
  /** @throws the signal's reason; the error of `check` or `queueFull` */
  acquire(place: Place, signal: AbortSignal): Promise<Permit>;
  stats(): ConcurrencyStats;
}

export interface Permit {
  release(): void;
  /** Okta refused for too much concurrency: halves the limit, once for all calls in flight. */
  decreaseLimit(): void;
  /** Okta has answered: a full round of answers raises the limit by one (AIMD). */
  increaseLimit(): void;
}

export interface ConcurrencyStats {
  readonly limit: number;
  readonly inUse: Readonly<Record<Priority, number>>;
  readonly waiting: Readonly<Record<Priority, number>>;
}

interface Options {
  readonly maxLimit: number;
  /** Whether the other limits allow a call; the same for all calls of a place. */
  readonly check: (place: Place) => Admission;
  /** Called for each call that starts, before the next `check`. */
  readonly begin: (place: Place) => void;
  /** Why one more call may not wait; null if it may. */
  readonly queueFull: (place: Place, queue: QueueLength) => Error | null;
}

export interface QueueLength {
  /** Waiting calls of the same priority. */
  readonly waiting: number;
  /** Those of them for the same place. */
  readonly ahead: number;
}

/** Below this, the lowest priority would have no connection. */
const minLimit = 4;

export function createConcurrencyLimit({
  maxLimit,
  check,
  begin,
  queueFull,
}: Options): ConcurrencyLimit {
  const queues = createQueues();
  const usage = createUsage();
  const limit = createAdaptiveLimit(maxLimit);
  let waiting = 0;

  const hasRoom = (place: Place): boolean => usage.hasRoom(place, limit.now());
  const isReady = (place: Place): boolean => hasRoom(place) && check(place) === 'GO';

  const enter = (place: Place): void => {
    usage.add(place, 1);
    begin(place);
  };

  async function waitInQueue(place: Place, signal: AbortSignal): Promise<void> {
    const queue = { waiting: queues.waiting(place.priority), ahead: queues.waitingFor(place) };
    const full = queueFull(place, queue);
    if (full !== null) throw full;
    waiting += 1;
    try {
      await queues.wait(place, signal);
    } finally {
      waiting -= 1;
    }
  }

  return {
    async acquire(place, signal) {
      signal.throwIfAborted();
      const admission = check(place);
      if (admission instanceof Error) throw admission;
      if (admission === 'GO' && hasRoom(place)) enter(place);
      else await waitInQueue(place, signal);
      return {
        ...limit.from(),
        release() {
          usage.add(place, -1);
          if (waiting === 0) return;
          queues.refuse((waitingFor) => refusal(check(waitingFor)));
          while (queues.startNext(isReady, enter));
        },
      };
    },
    stats: () => ({
      limit: Math.floor(limit.now()),
      inUse: byPriority(usage.inUse),
      waiting: byPriority(queues.waiting),
    }),
  };
}

/** The current limit, which Okta's answers raise and lower. */
function createAdaptiveLimit(maxLimit: number) {
  let limit = maxLimit;
  let decreases = 0;
  return {
    now: () => limit,
    from(): Pick<Permit, 'decreaseLimit' | 'increaseLimit'> {
      const decreasesBefore = decreases;
      return {
        decreaseLimit() {
          if (decreases !== decreasesBefore) return;
          decreases += 1;
          limit = Math.max(minLimit, limit / 2);
        },
        increaseLimit() {
          limit = Math.min(maxLimit, limit + 1 / limit);
        },
      };
    },
  };
}

function refusal(admission: Admission): Error | null {
  return admission instanceof Error ? admission : null;
}

function createUsage() {
  const ofPriority = new Map<Priority, number>();
  const ofBucket = new Map<Bucket, number>();
  const inUse = (priority: Priority): number => ofPriority.get(priority) ?? 0;
  const inBucket = (bucket: Bucket): number => ofBucket.get(bucket) ?? 0;
  /** Calls of this priority and all lower ones, which share what the higher ones leave. */
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

/** One value for each priority. */
export function byPriority(of: (priority: Priority) => number): Readonly<Record<Priority, number>> {
  return {
    interactive: of('interactive'),
    refresh: of('refresh'),
    validation: of('validation'),
    batch: of('batch'),
  };
}
