import type { AccountEvents } from '../events/bus.ts';
import type { AccountEvent } from '../identity/account-event.ts';

/**
 * Events are told as they happened, and listeners hear what they mean to this process.
 * @param meaning null: nothing
 */
export function heardAs<Events extends AccountEvents>(
  events: Events,
  meaning: (event: AccountEvent) => AccountEvent | null,
): Events {
  return {
    ...events,
    subscribe(listener) {
      events.subscribe((event) => {
        const meant = meaning(event);
        if (meant !== null) listener(meant);
      });
    },
  };
}
