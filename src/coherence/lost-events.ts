import { randomUUID } from 'node:crypto';
import type { AccountEvent } from '../identity/account-event.ts';

/** @param at epoch milliseconds */
export function ofLostEvents(at: number): AccountEvent {
  return { id: randomUUID(), at, kind: 'EVENTS_LOST' };
}
