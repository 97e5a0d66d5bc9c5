import type { Admission } from './budget.ts';
import {
  type Bucket,
  bucketShare,
  connectionShares,
  type Lane,
  lanes,
  type Place,
} from './lanes.ts';
import { createLines } from './lines.ts';

/** So many calls at a time; the others wait in line. */
export interface Slots {
  /** @throws the signal's reason; what `look` or `lineFull` has against it */
  take(place: Place, signal: AbortSignal): Promise<Slot>;
  stats(): SlotStats;
}

export interface Slot {
  give(): void;
  /** Okta had too many at a time: half as many from now on, once for all who were sent together. */
  narrow(): void;
  /** Okta has answered: after as many answers as there are slots, there is one more. */
  widen(): void;
}

export interface SlotStats {
  readonly limit: number;
  readonly inUse: Readonly<Record<Lane, number>>;
  readonly waiting: Readonly<Record<Lane, number>>;
}

interface Options {
  /** At a time. */
  readonly most: number;
  /** Whether a call may be made, slots apart: one answer for all of a place. */
  readonly look: (place: Place) => Admission;
  /** Told of a call before anybody else may look. */
  readonly begin: (place: Place) => void;
  /** What is against one more who waits; null: nothing. */
  readonly lineFull: (place: Place, line: LineLength) => Error | null;
}

export interface LineLength {
  readonly inLane: number;
  /** For the same place. */
  readonly ahead: number;
}

/** With fewer there would be a lane without any. */
const fewest = 4;

export function createSlots({ most, look, begin, lineFull }: Options): Slots {
  const lines = createLines();
  const taken = createTaken();
  const width = createWidth(most);

  const isReady = (place: Place): boolean =>
    taken.hasRoom(place, width.now()) && look(place) === 'GO';

  const enter = (place: Place): void => {
    taken.add(place, 1);
    begin(place);
  };

  async function waitInLine(place: Place, signal: AbortSignal): Promise<void> {
    const line = { inLane: lines.waiting(place.lane), ahead: lines.waitingFor(place) };
    const full = lineFull(place, line);
    if (full !== null) throw full;
    await lines.wait(place, signal);
  }

  return {
    async take(place, signal) {
      signal.throwIfAborted();
      const refused = refusal(look(place));
      if (refused !== null) throw refused;
      if (isReady(place)) enter(place);
      else await waitInLine(place, signal);
      return {
        ...width.from(),
        give() {
          taken.add(place, -1);
          lines.refuse((waitingFor) => refusal(look(waitingFor)));
          while (lines.call(isReady, enter));
        },
      };
    },
    stats: () => ({
      limit: Math.floor(width.now()),
      inUse: byLane(taken.inLane),
      waiting: byLane(lines.waiting),
    }),
  };
}

/** How many at a time, which is up to Okta. */
function createWidth(most: number) {
  let width = most;
  let timesNarrowed = 0;
  return {
    now: () => width,
    from(): Pick<Slot, 'narrow' | 'widen'> {
      const narrowedBefore = timesNarrowed;
      return {
        narrow() {
          if (timesNarrowed !== narrowedBefore) return;
          timesNarrowed += 1;
          width = Math.max(fewest, width / 2);
        },
        widen() {
          width = Math.min(most, width + 1 / width);
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
