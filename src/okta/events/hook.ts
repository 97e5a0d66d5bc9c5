import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import type { EventCounts, EventIntake } from './intake.ts';

const maxDeliveries = 1_000;

/** https://developer.okta.com/docs/concepts/event-hooks/#sample-event-delivery-payload */
const delivery = z.object({
  eventId: z.string().max(100).nullish().catch(null),
  data: z.object({ events: z.array(z.unknown()) }),
});

/**
 * Takes the parsed body of an event hook's request. Resolves when this process has handled the events;
 * with null if the body is not a delivery. @throws as `EventIntake.take`
 */
export type TakeDelivery = (body: unknown) => Promise<EventCounts | null>;

export function createTakeDelivery(intake: EventIntake): TakeDelivery {
  const taken = new LRUCache<string, true>({ max: maxDeliveries });
  return async (body) => {
    const parsed = delivery.safeParse(body);
    if (!parsed.success) return null;
    const { eventId, data } = parsed.data;
    if (eventId && taken.has(eventId)) return { repeated: data.events.length };
    const counts = await intake.take(data.events);
    if (eventId) taken.set(eventId, true);
    return counts;
  };
}
