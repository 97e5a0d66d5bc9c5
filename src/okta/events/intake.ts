import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { lruLimit } from '../../cache/lru-limit.ts';
import type { AccountEvent } from '../../identity/account-event.ts';
import { type HandledType, isHandled, toAccountEvents } from './event-types.ts';
import { readLogEvent } from './log-event.ts';

/**
 * For duplicates: Okta delivers an event by hook, again after a timeout, and in the System Log. A
 * duplicate of an older event does no harm.
 */
const maxIds = 20_000;

/**
 * The number of events by type. `other`: a type that is not handled; `nobody`: names no user and
 * revokes no tokens; `repeated`: a duplicate; `unreadable`: not in Okta's format. These names are in
 * the metrics.
 */
export type EventCounts = Readonly<
  Partial<Record<HandledType | 'other' | 'nobody' | 'repeated' | 'unreadable', number>>
>;

type Counted = Partial<Record<keyof EventCounts, number>>;

/** Resolves when this process has handled the events. */
export type Publish = (events: readonly AccountEvent[]) => Promise<void>;

export interface EventIntake {
  /**
   * Publishes the account events of these log events, each once. An unreadable event may have revoked
   * any token, so it becomes a GAP. Resolves when this process has handled them.
   * @throws as `publish`; then a repetition counts as new
   */
  take(values: readonly unknown[]): Promise<EventCounts>;
  /** Since the start. */
  stats(): EventCounts;
}

interface Dependencies {
  readonly publish: Publish;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export function createEventIntake({ publish, now }: Dependencies): EventIntake {
  const taken = new LRUCache<string, true>(lruLimit(maxIds));
  const totals: Counted = {};
  return {
    async take(values) {
      const counts: Counted = {};
      const count = (name: keyof EventCounts) => {
        counts[name] = (counts[name] ?? 0) + 1;
        totals[name] = (totals[name] ?? 0) + 1;
      };
      const uuids = new Set<string>();
      const published: AccountEvent[] = [];
      for (const value of values) {
        const event = readLogEvent(value);
        if (event === null) {
          count('unreadable');
          continue;
        }
        if (taken.has(event.uuid) || uuids.has(event.uuid)) {
          count('repeated');
          continue;
        }
        uuids.add(event.uuid);
        const accountEvents = toAccountEvents(event);
        published.push(...accountEvents);
        if (!isHandled(event.eventType)) count('other');
        else count(accountEvents.length === 0 ? 'nobody' : event.eventType);
      }
      if (counts.unreadable !== undefined) {
        published.push({ id: randomUUID(), at: now(), kind: 'GAP' });
      }
      if (published.length > 0) await publish(published);
      for (const uuid of uuids) taken.set(uuid, true);
      return counts;
    },
    stats: () => ({ ...totals }),
  };
}
