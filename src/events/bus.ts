import { randomUUID } from 'node:crypto';
import { maxAccessTokenSeconds } from '../identity/access-token.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import { stableNames } from './kind-names.ts';
import { newEpoch, type Position, positionAt } from './position.ts';

/** Says that events until `at` (epoch milliseconds) may be missing. */
export function gapAt(at: number): AccountEvent {
  return { id: randomUUID(), at, kind: 'GAP' };
}

/** The bus of a single process. It has no history from before its start. */
export function createLocalBus(): AccountEventBus {
  const listeners: OnAccountEvent[] = [];
  const followers: OnPosition[] = [];
  const epoch = newEpoch();
  let position = positionAt(epoch, 0);
  return {
    async publish(events) {
      for (const event of events) {
        for (const listener of listeners) listener(event);
        position = positionAt(epoch, position.major + 1);
        for (const follower of followers) follower({ event, position, isStart: false });
      }
    },
    subscribe(listener) {
      listeners.push(listener);
    },
    follow(follower) {
      followers.push(follower);
    },
    position: () => position,
    async start() {},
    status: () => 'local',
    async close() {},
  };
}

/**
 * The same bus, but listeners receive each event as `map` returns it. Publishing does not change.
 * @param map returns null for an event that this process ignores
 */
export function mapEvents<Events extends AccountEventBus>(
  events: Events,
  map: (event: AccountEvent) => AccountEvent | null,
): Events {
  return {
    ...events,
    subscribe(listener) {
      events.subscribe((event) => {
        const mapped = map(event);
        if (mapped !== null) listener(mapped);
      });
    },
    follow(follower) {
      events.follow((step) =>
        follower({ ...step, event: step.event === null ? null : map(step.event) }),
      );
    },
  };
}

export interface EventStats {
  /** By this process, since the start. */
  readonly published: number;
  /** By this process since the start, its own events included; by the stable name of the kind. */
  readonly received: Readonly<Record<string, number>>;
}

/** Adds counts to an event bus. */
export function countEvents<Events extends AccountEventBus>(
  events: Events,
): Events & { readonly stats: () => EventStats } {
  let published = 0;
  const received: Record<string, number> = Object.fromEntries(
    Object.values(stableNames).map((name) => [name, 0]),
  );
  events.subscribe(({ kind }) => {
    const name = stableNames[kind];
    received[name] = (received[name] ?? 0) + 1;
  });
  return {
    ...events,
    publish(newEvents: readonly AccountEvent[]) {
      published += newEvents.length;
      return events.publish(newEvents);
    },
    stats: () => ({ published, received: { ...received } }),
  };
}

/** How long events matter: no access token lives longer. */
export const retentionMs = maxAccessTokenSeconds * 1000;

export type OnAccountEvent = (event: AccountEvent) => void;

/**
 * Whose events a process receives. `local`: only its own, since it is the only process. `shared`:
 * those of all processes. `disconnected`: only its own, since it cannot reach the others.
 */
export type BusStatus = 'local' | 'shared' | 'disconnected';

/** One step of the stream of all events. */
export interface PositionStep {
  /** Null for an event that this process ignores. */
  readonly event: AccountEvent | null;
  /** Null for an event of this process that has no position yet. It follows again with its position. */
  readonly position: Position | null;
  /** Whether the stream starts anew here: earlier events may be missing. */
  readonly isStart: boolean;
}

export type OnPosition = (step: PositionStep) => void;

/** Publishes and delivers account events, within this process or to all processes that share it. */
export interface AccountEventBus {
  /**
   * Resolves when every listener of this process has handled the event; other processes receive it
   * soon after.
   */
  publish(events: readonly AccountEvent[]): Promise<void>;
  /** The listener receives every event of every process, its own included, at least once. */
  subscribe(listener: OnAccountEvent): void;
  /** The follower receives each event by its position, after every listener has handled it. */
  follow(follower: OnPosition): void;
  /** The listeners of this process have handled every event up to there. */
  position(): Position;
  /**
   * Resolves when the listeners have received the events of the last 24 hours, the longest life of a
   * token. Also resolves when Redis cannot be reached; the listeners then receive these events as soon
   * as it can.
   */
  start(): Promise<void>;
  status(): BusStatus;
  close(): Promise<void>;
}
