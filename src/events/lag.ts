import type { OnAccountEvent } from './bus.ts';

/**
 * How long after it happened an event may become visible in the System Log. Okta calls that "near
 * real-time" and promises no bound (https://developer.okta.com/docs/reference/system-log-query/).
 */
const indexingMs = 10_000;
/** After this time without a watermark no process polls the log, or none can. */
const silentMs = 5 * 60 * 1000;

export interface EventLag {
  /** For `AccountEventBus.subscribe`. */
  readonly apply: OnAccountEvent;
  /** Epoch milliseconds: all events recorded until then were received. Null when unknown. */
  completeUntil(): number | null;
  /**
   * How old an event can be that was not received yet. Null before the first watermark, and when the
   * last one is too old.
   */
  lagSeconds(): number | null;
}

/** @param now epoch milliseconds */
export function createEventLag(now: () => number): EventLag {
  let watermark: number | null = null;
  /** Never in the future, even if a clock is ahead or was set back. */
  const completeUntil = (): number | null => {
    if (watermark !== null) watermark = Math.min(watermark, now());
    return watermark;
  };
  return {
    apply(event) {
      if (event.kind !== 'WATERMARK') return;
      watermark = Math.max(completeUntil() ?? 0, Math.min(event.at, now()));
    },
    completeUntil,
    lagSeconds() {
      const until = completeUntil();
      const sinceMs = until === null ? silentMs : now() - until;
      return sinceMs < silentMs ? Math.ceil((sinceMs + indexingMs) / 1000) : null;
    },
  };
}
