import type { AccountEvent } from '../identity/account-event.ts';
import type { AccountEventBus } from './bus.ts';
import { isAtOrAfter, type Position } from './position.ts';

/** Some 6 MB: what a reader that was away for a moment has missed. */
const maxKept = 20_000;

export interface LoggedEvent {
  readonly event: AccountEvent;
  /** Null for an event of this process that has no position yet. */
  readonly position: Position | null;
}

type Kept = LoggedEvent & { readonly position: Position };

/** The latest events in the order of their positions, for readers that resume. */
export interface EventLog {
  /** Everything that this process says reflects all events up to there. */
  position(): Position;
  /** Readers that have applied everything up to there can resume. */
  keptFrom(): Position;
  /**
   * The next events after a position, at most `limit`. Null if some may be missing, or the position
   * is not of this stream.
   */
  after(position: Position, limit: number): readonly Kept[] | null;
  /** The listener receives each event once, and once more when it has got its position. */
  subscribe(listener: (logged: LoggedEvent) => void): void;
  /** Whether this process reaches the position within that time. */
  reaches(position: Position, withinMs: number): Promise<boolean>;
}

export function createEventLog(
  bus: Pick<AccountEventBus, 'follow' | 'position'>,
  { limit = maxKept }: { readonly limit?: number } = {},
): EventLog {
  let kept: Kept[] = [];
  let from = bus.position();
  const listeners: ((logged: LoggedEvent) => void)[] = [];
  const waiting = new Set<() => void>();

  bus.follow(({ event, position, isStart }) => {
    if (isStart && position !== null) {
      kept = [];
      from = position;
    }
    // A watermark is part of each heartbeat.
    if (event !== null && event.kind !== 'WATERMARK') {
      if (position !== null) kept.push({ event, position });
      for (const listener of listeners) listener({ event, position });
    }
    if (kept.length > 1.25 * limit) {
      from = kept[kept.length - limit - 1]?.position ?? from;
      kept = kept.slice(-limit);
    }
    if (position !== null) for (const look of waiting) look();
  });

  return {
    position: bus.position,
    keptFrom: () => from,
    after(position, limitOfCall) {
      if (!isAtOrAfter(position, from) || !isAtOrAfter(bus.position(), position)) return null;
      const start = indexAfter(kept, position);
      return kept.slice(start, start + limitOfCall);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
    reaches(position, withinMs) {
      if (isAtOrAfter(bus.position(), position)) return Promise.resolve(true);
      if (bus.position().epoch !== position.epoch) return Promise.resolve(false);
      return new Promise((resolve) => {
        const end = (reached: boolean): void => {
          waiting.delete(look);
          clearTimeout(timer);
          resolve(reached);
        };
        const look = () => {
          if (isAtOrAfter(bus.position(), position)) end(true);
        };
        const timer = setTimeout(() => end(false), withinMs);
        waiting.add(look);
      });
    },
  };
}

/** By bisection: the index of the first event behind the position. */
function indexAfter(kept: readonly Kept[], position: Position): number {
  let [low, high] = [0, kept.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = kept[middle]?.position;
    if (at !== undefined && isAtOrAfter(position, at)) low = middle + 1;
    else high = middle;
  }
  return low;
}
