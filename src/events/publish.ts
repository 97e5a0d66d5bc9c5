import { randomUUID } from 'node:crypto';
import type { AccountEvent } from '../identity/account-event.ts';
import type { EndedSessions } from '../identity/model.ts';
import type { AccountEvents } from './bus.ts';

/**
 * What this API has ended itself.
 * @param certain false: the call failed, and may have succeeded at Okta nevertheless
 */
export function ofEndedSessions(
  { userId, kind, sessionId }: EndedSessions,
  certain: boolean,
): Happening {
  if (!certain) return { kind: 'TOKENS_DOUBTED', userId };
  return {
    kind: 'SESSIONS_ENDED',
    userId,
    sessionId: kind === 'one' ? sessionId : null,
    except: kind === 'others' ? sessionId : null,
  };
}

type WithoutStamp<Event> = Event extends unknown ? Omit<Event, 'id' | 'at'> : never;
/** What this API itself has done to an account or its tokens. */
export type Happening = WithoutStamp<AccountEvent>;

/** Publishes the events, dated now. */
export type Announce = (happenings: readonly Happening[]) => Promise<void>;

/** @param now epoch milliseconds */
export function createAnnounce({ publish }: AccountEvents, now: () => number): Announce {
  return async (happenings) => {
    const at = now();
    const stamped = happenings.map((happening) => ({ ...happening, id: randomUUID(), at }));
    if (stamped.length > 0) await publish(stamped);
  };
}
