import type { AccountEvent } from '../identity/account-event.ts';

export type OnAccountEvent = (event: AccountEvent) => void;

/** Where account events are told and heard, in this process or in all that work together. */
export interface AccountEvents {
  /** Resolves when every listener of this process has heard; other processes hear soon after. */
  publish(events: readonly AccountEvent[]): Promise<void>;
  /** Hears every event of every process, this one included, each at least once. */
  subscribe(listener: OnAccountEvent): void;
  close(): Promise<void>;
}

/** For one process alone. */
export function createLocalEvents(): AccountEvents {
  const listeners: OnAccountEvent[] = [];
  return {
    async publish(events) {
      for (const event of events) for (const listener of listeners) listener(event);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
    async close() {},
  };
}
