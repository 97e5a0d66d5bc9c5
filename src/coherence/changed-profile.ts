import { randomUUID } from 'node:crypto';
import type { AccountEvent } from '../identity/account-event.ts';

/** @param at epoch milliseconds */
export function ofChangedProfile(userId: string, at: number): AccountEvent {
  return { id: randomUUID(), at, kind: 'PROFILE_CHANGED', userId };
}
