import type { Place, Priority } from '../wire/endpoints.ts';
import { priorities } from './priorities.ts';

/** Waiting calls, in one queue per place, since either all calls of a place may go or none. */
export interface Queues {
  /** Resolves when the call may start. @throws the signal's reason; the reason for a refusal */
  wait(place: Place, signal: AbortSignal): Promise<void>;
  /**
   * Starts the oldest call of the highest priority that has a call ready.
   * @param enter called with the place, before the call starts
   * @returns false when no call is ready
   */
  startNext(isReady: (place: Place) => boolean, enter: (place: Place) => void): boolean;
  /** Refuses all calls of whole queues. */
  refuse(reasonFor: (place: Place) => Error | null): void;
  waiting(priority: Priority): number;
  waitingFor(place: Place): number;
}

interface Waiting {
  readonly turn: number;
  readonly call: () => void;
  readonly refuse: (reason: Error) => void;
}

interface Queue {
  readonly place: Place;
  readonly waiting: Set<Waiting>;
}

export function createQueues(): Queues {
  /** Bounded by the number of places. */
  const queues: Queue[] = [];
  let turns = 0;

  const queueOf = (place: Place): Queue => {
    const known = queues.find((queue) => isSame(queue.place, place));
    if (known !== undefined) return known;
    const queue = { place, waiting: new Set<Waiting>() };
    queues.push(queue);
    return queue;
  };

  return {
    wait(place, signal) {
      turns += 1;
      return join(queueOf(place), turns, signal);
    },
    startNext(isReady, enter) {
      const next = firstOf(
        queues.filter((queue) => queue.waiting.size > 0 && isReady(queue.place)),
      );
      if (next === null) return false;
      enter(next.place);
      next.head.call();
      return true;
    },
    refuse(reasonFor) {
      for (const { place, waiting } of queues) {
        const reason = waiting.size === 0 ? null : reasonFor(place);
        if (reason !== null) for (const each of [...waiting]) each.refuse(reason);
      }
    },
    waiting: (priority) =>
      queues.reduce(
        (sum, queue) => sum + (queue.place.priority === priority ? queue.waiting.size : 0),
        0,
      ),
    waitingFor: (place) => queueOf(place).waiting.size,
  };
}

function join({ waiting }: Queue, turn: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      waiting.delete(self);
      signal.removeEventListener('abort', goAway);
    };
    const goAway = () => {
      leave();
      reject(signal.reason);
    };
    const self: Waiting = {
      turn,
      call() {
        leave();
        resolve();
      },
      refuse(reason) {
        leave();
        reject(reason);
      },
    };
    waiting.add(self);
    signal.addEventListener('abort', goAway, { once: true });
  });
}

function firstOf(
  queues: readonly Queue[],
): { readonly place: Place; readonly head: Waiting } | null {
  const heads = queues.flatMap(({ place, waiting: [head] }) =>
    head === undefined ? [] : [{ place, head, rank: priorities.indexOf(place.priority) }],
  );
  heads.sort((one, other) => one.rank - other.rank || one.head.turn - other.head.turn);
  return heads[0] ?? null;
}

function isSame(one: Place, other: Place): boolean {
  return one.bucket === other.bucket && one.priority === other.priority;
}
