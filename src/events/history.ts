import type { AccountEvent } from '../identity/account-event.ts';
import { gapAt, retentionMs } from './bus.ts';

/** Some 30 MB; up to twice that between two clean-ups. */
const maxEvents = 100_000;

/** The events of the last 24 hours, for a process that starts later. */
export interface EventHistory {
  add(events: readonly AccountEvent[]): void;
  /** In order. Begins with a GAP when older events had to be dropped. */
  all(): readonly AccountEvent[];
  size(): number;
}

/** @param now epoch milliseconds */
export function createEventHistory(now: () => number): EventHistory {
  let kept: { readonly event: AccountEvent; readonly until: number }[] = [];
  let lost: readonly AccountEvent[] = [];
  /** Only the last watermark, since it covers those before it. */
  let complete: readonly AccountEvent[] = [];

  return {
    add(events) {
      const until = now() + retentionMs;
      for (const event of events) {
        if (event.kind === 'WATERMARK') complete = [event];
        else kept.push({ event, until });
      }
      // Not at each event, since it copies the list.
      if (kept.length <= 2 * maxEvents) return;
      const alive = kept.filter((entry) => entry.until > now());
      kept = alive.slice(-maxEvents);
      if (alive.length > maxEvents) lost = [gapAt(now())];
    },
    all() {
      const alive = kept.filter((entry) => entry.until > now());
      return [...lost, ...alive.map(({ event }) => event), ...complete];
    },
    size: () => kept.length,
  };
}
