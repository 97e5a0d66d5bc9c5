import type { Happening } from '../events/publish.ts';
import type { EndedSessions } from '../identity/model.ts';

/**
 * What this API has ended itself.
 * @param certain false: it failed, and may have been done all the same
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
