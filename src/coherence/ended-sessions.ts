import { randomUUID } from 'node:crypto';
import type { AccountEvent } from '../identity/account-event.ts';
import type { EndedSessions } from '../identity/model.ts';

/**
 * What this API has ended itself. @param at epoch milliseconds
 * @param certain false: it failed, and may have been done all the same
 */
export function ofEndedSessions(
  { userId, kind, sessionId }: EndedSessions,
  at: number,
  certain: boolean,
): AccountEvent {
  const stamp = { id: randomUUID(), at };
  if (!certain) return { ...stamp, kind: 'TOKENS_DOUBTED', userId };
  return {
    ...stamp,
    kind: 'SESSIONS_ENDED',
    userId,
    sessionId: kind === 'one' ? sessionId : null,
    except: kind === 'others' ? sessionId : null,
  };
}
