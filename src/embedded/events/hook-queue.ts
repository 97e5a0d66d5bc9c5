import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEvent } from './log-event.ts';

/** Problems of deliveries, for tests of their receivers. */
export interface HookTrouble {
  /** Each delivery is sent twice, with the same `eventId`. */
  readonly duplicate?: boolean;
  /** Each event is sent separately, newest first. */
  readonly reorder?: boolean;
  /** Deliveries wait this long. */
  readonly delayMs?: number;
}

export interface Delivery {
  readonly eventId: string;
  readonly events: readonly LogEvent[];
}

/** The pending deliveries of one hook, one at a time. */
export interface HookQueue {
  add(event: LogEvent): void;
  /** Null when idle. */
  running(): Promise<void> | null;
  clear(): void;
}

interface Sending {
  /** Must not fail. */
  readonly send: (delivery: Delivery) => Promise<void>;
  readonly trouble: () => HookTrouble;
  /** Ends the queue. */
  readonly closing: AbortSignal;
}

/** Events within this time share a delivery. */
const gatherMs = 5;
const maxTogether = 100;

export function createHookQueue({ send, trouble, closing }: Sending): HookQueue {
  let waiting: LogEvent[] = [];
  let running: Promise<void> | null = null;

  async function drain(): Promise<void> {
    while (waiting.length > 0 && !closing.aborted) {
      const wait = gatherMs + (trouble().delayMs ?? 0);
      // Rejects when the org closes, which ends the loops.
      await sleep(wait, null, { signal: closing }).catch(() => {});
      const events = waiting.splice(0, maxTogether);
      for (const delivery of deliveriesOf(events, trouble())) {
        if (!closing.aborted) await send(delivery);
      }
    }
    running = null;
  }

  return {
    add(event) {
      waiting.push(event);
      running ??= drain();
    },
    running: () => running,
    clear() {
      waiting = [];
    },
  };
}

function deliveriesOf(events: readonly LogEvent[], trouble: HookTrouble): Delivery[] {
  if (events.length === 0) return [];
  const parts = trouble.reorder === true ? events.map((event) => [event]).reverse() : [events];
  const deliveries = parts.map((part) => ({ eventId: randomUUID(), events: part }));
  return trouble.duplicate === true
    ? deliveries.flatMap((delivery) => [delivery, delivery])
    : deliveries;
}
