import type { AccountEvent } from '../identity/account-event.ts';
import { keptMs, ofLostEvents } from './bus.ts';

/** Some 30 MB, and twice that until the next cut. */
const maxKept = 100_000;

/** The events of the last 24 hours, for a process that starts later. */
export interface KeptEvents {
  keep(events: readonly AccountEvent[]): void;
  /** In order; begins with EVENTS_LOST where there were too many to keep. */
  all(): readonly AccountEvent[];
  size(): number;
}

/** @param now epoch milliseconds */
export function createKeptEvents(now: () => number): KeptEvents {
  let kept: { readonly event: AccountEvent; readonly until: number }[] = [];
  let lost: readonly AccountEvent[] = [];
  /** The last one says all that those before it said. */
  let complete: readonly AccountEvent[] = [];

  return {
    keep(events) {
      const until = now() + keptMs;
      for (const event of events) {
        if (event.kind === 'EVENTS_COMPLETE') complete = [event];
        else kept.push({ event, until });
      }
      // Not at every event, for it costs a copy.
      if (kept.length <= 2 * maxKept) return;
      const alive = kept.filter((entry) => entry.until > now());
      kept = alive.slice(-maxKept);
      if (alive.length > maxKept) lost = [ofLostEvents(now())];
    },
    all() {
      const alive = kept.filter((entry) => entry.until > now());
      return [...lost, ...alive.map(({ event }) => event), ...complete];
    },
    size: () => kept.length,
  };
}
