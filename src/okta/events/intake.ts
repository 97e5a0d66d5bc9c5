import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { lruLimit } from '../../cache/lru-limit.ts';
import type { AccountEvent } from '../../identity/account-event.ts';
import { type HeardType, isHeard, toAccountEvents } from './event-types.ts';
import { readLogEvent } from './log-event.ts';

/**
 * Okta delivers an event by hook, again after a timeout, and in the System Log. One that comes again
 * after its id was forgotten does no harm.
 */
const keptIds = 20_000;

/**
 * How many events there were, by type. `other`: of a type that means nothing here; `nobody`: it names
 * no user and ends no tokens; `repeated`: taken before; `unreadable`: not of Okta's form.
 */
export type EventCounts = Readonly<
  Partial<Record<HeardType | 'other' | 'nobody' | 'repeated' | 'unreadable', number>>
>;

type Counted = Partial<Record<keyof EventCounts, number>>;

/** Resolves when this process has heard. */
export type Publish = (events: readonly AccountEvent[]) => Promise<void>;

export interface EventIntake {
  /**
   * Publishes what these log events mean to accounts, each once. An unreadable event may have ended
   * any token, so GAP is published for it. Resolves when this process has handled them.
   * @throws as `publish`; then they count as not taken
   */
  take(values: readonly unknown[]): Promise<EventCounts>;
  /** Of all that came, since the start. */
  stats(): EventCounts;
}

interface Dependencies {
  readonly publish: Publish;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export function createEventIntake({ publish, now }: Dependencies): EventIntake {
  const taken = new LRUCache<string, true>(lruLimit(keptIds));
  const totals: Counted = {};
  return {
    async take(values) {
      const counts: Counted = {};
      const count = (name: keyof EventCounts) => {
        counts[name] = (counts[name] ?? 0) + 1;
        totals[name] = (totals[name] ?? 0) + 1;
      };
      const uuids = new Set<string>();
      const meanings: AccountEvent[] = [];
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
        const meant = toAccountEvents(event);
        meanings.push(...meant);
        if (!isHeard(event.eventType)) count('other');
        else count(meant.length === 0 ? 'nobody' : event.eventType);
      }
      if (counts.unreadable !== undefined) {
        meanings.push({ id: randomUUID(), at: now(), kind: 'GAP' });
      }
      if (meanings.length > 0) await publish(meanings);
      for (const uuid of uuids) taken.set(uuid, true);
      return counts;
    },
    stats: () => ({ ...totals }),
  };
}
