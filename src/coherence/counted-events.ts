import type { AccountEvents } from '../events/bus.ts';
import type { AccountEvent } from '../identity/account-event.ts';

export interface EventStats {
  /** By this process, since the start. */
  readonly published: number;
  /** Heard by this process, its own among them, since the start. */
  readonly heard: Readonly<Record<AccountEvent['kind'], number>>;
}

/** Where account events are told and heard, and how many. */
export function countEvents<Events extends AccountEvents>(
  events: Events,
): Events & { readonly stats: () => EventStats } {
  let published = 0;
  const heard: Record<AccountEvent['kind'], number> = {
    SESSIONS_ENDED: 0,
    TOKENS_DOUBTED: 0,
    SERVICES_DOUBTED: 0,
    TOKEN_ENDED: 0,
    PROFILE_CHANGED: 0,
    EVENTS_LOST: 0,
    EVENTS_COMPLETE: 0,
  };
  events.subscribe(({ kind }) => {
    heard[kind] += 1;
  });
  return {
    ...events,
    publish(told: readonly AccountEvent[]) {
      published += told.length;
      return events.publish(told);
    },
    stats: () => ({ published, heard: { ...heard } }),
  };
}
