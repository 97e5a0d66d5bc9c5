import type { AccountEvents, OnAccountEvent } from '../events/bus.ts';

/** For one process alone: what was told before it started, nobody tells it. */
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
