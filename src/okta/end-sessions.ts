import { UpstreamUnavailable } from '../identity/errors.ts';
import type { CallContext } from '../identity/model.ts';
import type { IdentityProvider } from '../identity/port.ts';

/**
 * After a change of the password: once more after a failure, since by now there is no way back.
 * @param context a caller who goes away must not leave the new password beside old sessions
 */
export async function endSessionsAfterChange(
  endAllSessions: IdentityProvider['endAllSessions'],
  userId: string,
  context: CallContext,
): Promise<void> {
  try {
    await endAllSessions(userId, context);
  } catch (error) {
    if (!(error instanceof UpstreamUnavailable)) throw error;
    await endAllSessions(userId, context);
  }
}
