import { randomUUID } from 'node:crypto';
import { maxAccessTokenSeconds } from '../identity/access-token.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import { stableNames } from './kind-names.ts';

/** Says that events until `at` (epoch milliseconds) may be missing. */
export function gapAt(at: number): AccountEvent {
  return { id: randomUUID(), at, kind: 'GAP' };
}

/** The bus of a single process. It has no history from before its start. */
export function createLocalBus(): AccountEventBus {
  const listeners: OnAccountEvent[] = [];
  return {
    async publish(events) {
      for (const event of events) for (const listener of listeners) listener(event);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
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

/** Publishes and delivers account events, within this process or to all processes that share it. */
export interface AccountEventBus {
  /**
   * Resolves when every listener of this process has handled the event; other processes receive it
   * soon after.
   */
  publish(events: readonly AccountEvent[]): Promise<void>;
  /** The listener receives every event of every process, its own included, at least once. */
  subscribe(listener: OnAccountEvent): void;
  /**
   * Resolves when the listeners have received the events of the last 24 hours, the longest life of a
   * token. Also resolves when Redis cannot be reached; the listeners then receive these events as soon
   * as it can.
   */
  start(): Promise<void>;
  status(): BusStatus;
  close(): Promise<void>;
}
