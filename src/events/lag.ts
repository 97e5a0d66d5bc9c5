import type { OnAccountEvent } from './bus.ts';

/**
 * How long after it happened an event may become visible in the System Log. Okta calls that "near
 * real-time" and promises no bound (https://developer.okta.com/docs/reference/system-log-query/).
 */
const indexingMs = 10_000;
/** No process reads the log any more, or none can. */
const silentMs = 5 * 60 * 1000;

export interface EventLag {
  /** For `AccountEvents.subscribe`. */
  readonly apply: OnAccountEvent;
  /** Epoch milliseconds: everything that was recorded until then was received; null: not known. */
  completeUntil(): number | null;
  /**
   * How old an event can be that was not received yet; null before everything was received once, and when
   * that is long ago.
   */
  lagSeconds(): number | null;
}

/** @param now epoch milliseconds */
export function createEventLag(now: () => number): EventLag {
  let receivedUntil: number | null = null;
  /** Nothing is known of what is to come, whichever clock is ahead or was set back. */
  const completeUntil = (): number | null => {
    if (receivedUntil !== null) receivedUntil = Math.min(receivedUntil, now());
    return receivedUntil;
  };
  return {
    apply(event) {
      if (event.kind !== 'EVENTS_COMPLETE') return;
      receivedUntil = Math.max(completeUntil() ?? 0, Math.min(event.at, now()));
    },
    completeUntil,
    lagSeconds() {
      const until = completeUntil();
      const sinceMs = until === null ? silentMs : now() - until;
      return sinceMs < silentMs ? Math.ceil((sinceMs + indexingMs) / 1000) : null;
    },
  };
}
