import { randomUUID } from 'node:crypto';
import type { AccountEvent } from '../identity/account-event.ts';
import type { EndedSessions } from '../identity/model.ts';
import type { AccountEventBus } from './bus.ts';

/**
 * The event for sessions that this API has ended.
 * @param certain false when the call failed: Okta may have ended the sessions nevertheless
 */
export function sessionsEndedEvent(
  { userId, kind, sessionId, cause = 'LOG_OUT' }: EndedSessions,
  certain: boolean,
): NewAccountEvent {
  if (!certain) return { kind: 'RECHECK_TOKENS', userId };
  return {
    kind: 'SESSIONS_ENDED',
    userId,
    sessionId: kind === 'one' ? sessionId : null,
    except: kind === 'others' ? sessionId : null,
    cause,
  };
}

type WithoutStamp<Event> = Event extends unknown ? Omit<Event, 'id' | 'at'> : never;
/** What this API has just done to an account or its tokens; `publishNow` adds the id and the time. */
export type NewAccountEvent = WithoutStamp<AccountEvent>;

/** Publishes events with the current time. */
export type PublishNow = (events: readonly NewAccountEvent[]) => Promise<void>;

/** @param now epoch milliseconds */
export function createPublishNow({ publish }: AccountEventBus, now: () => number): PublishNow {
  return async (events) => {
    const at = now();
    const stamped = events.map((event) => ({ ...event, id: randomUUID(), at }));
    if (stamped.length > 0) await publish(stamped);
  };
}
