import { randomUUID } from 'node:crypto';
import type { AccountEvent } from '../identity/account-event.ts';
import type { EndedSessions } from '../identity/model.ts';

/** What this API has ended itself. @param at epoch milliseconds */
export function ofEndedSessions(ended: EndedSessions, at: number): AccountEvent {
  const { userId, kind, sessionId } = ended;
  return {
    id: randomUUID(),
    at,
    kind: 'SESSIONS_ENDED',
    userId,
    sessionId: kind === 'one' ? sessionId : null,
    except: kind === 'others' ? sessionId : null,
  };
}
