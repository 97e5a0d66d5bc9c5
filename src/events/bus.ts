import { randomUUID } from 'node:crypto';
import { maxAccessTokenSeconds } from '../identity/access-token.ts';
import type { AccountEvent } from '../identity/account-event.ts';

/** @param at epoch milliseconds */
export function ofLostEvents(at: number): AccountEvent {
  return { id: randomUUID(), at, kind: 'EVENTS_LOST' };
}

/** For a single process: there is no history from before its start. */
export function createLocalEvents(): AccountEvents {
  const listeners: OnAccountEvent[] = [];
  return {
    async publish(events) {
      for (const event of events) for (const listener of listeners) listener(event);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
    async start() {},
    reach: () => 'local',
    async close() {},
  };
}

/**
 * Events are published as they happened; listeners receive what they mean to this process.
 * @param meaning null: nothing
 */
export function heardAs<Events extends AccountEvents>(
  events: Events,
  meaning: (event: AccountEvent) => AccountEvent | null,
): Events {
  return {
    ...events,
    subscribe(listener) {
      events.subscribe((event) => {
        const meant = meaning(event);
        if (meant !== null) listener(meant);
      });
    },
  };
}

export interface EventStats {
  /** By this process, since the start. */
  readonly published: number;
  /** Heard by this process, its own among them, since the start. */
  readonly heard: Readonly<Record<AccountEvent['kind'], number>>;
}

/** The event bus, with counts of its events. */
export function countEvents<Events extends AccountEvents>(
  events: Events,
): Events & { readonly stats: () => EventStats } {
  let published = 0;
  const heard: Record<AccountEvent['kind'], number> = {
    SESSIONS_ENDED: 0,
    TOKENS_DOUBTED: 0,
    SERVICES_DOUBTED: 0,
    TOKEN_ENDED: 0,
    PROFILE_CHANGED: 0,
    EVENTS_LOST: 0,
    EVENTS_COMPLETE: 0,
  };
  events.subscribe(({ kind }) => {
    heard[kind] += 1;
  });
  return {
    ...events,
    publish(batch: readonly AccountEvent[]) {
      published += batch.length;
      return events.publish(batch);
    },
    stats: () => ({ published, heard: { ...heard } }),
  };
}

export const keptMs = maxAccessTokenSeconds * 1000;

export type OnAccountEvent = (event: AccountEvent) => void;

/**
 * Whose events a process receives. `local`: only its own, since it is the only process. `shared`:
 * those of all processes. `cut off`: only its own, since it cannot reach the others.
 */
export type Reach = 'local' | 'shared' | 'cut off';

/** Publishes and delivers account events, in this process or in all that work together. */
export interface AccountEvents {
  /**
   * Resolves when every listener of this process has handled the event; other processes receive it
   * soon after.
   */
  publish(events: readonly AccountEvent[]): Promise<void>;
  /** Hears every event of every process, this one included, each at least once. */
  subscribe(listener: OnAccountEvent): void;
  /**
   * Resolves when the listeners have received the events of the last 24 hours, which is as long as a
   * token can live. Resolves too where no other process can be reached; then the listeners receive
   * these events as soon as one can.
   */
  start(): Promise<void>;
  reach(): Reach;
  close(): Promise<void>;
}
