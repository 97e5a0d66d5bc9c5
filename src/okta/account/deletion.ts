import { LRUCache } from 'lru-cache';
import type { RunToCompletion } from '../../async/run-to-completion.ts';
import { lruLimit } from '../../cache/lru-limit.ts';
import { maxAccessTokenSeconds } from '../../identity/access-token.ts';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import { UserNotFound } from '../errors/error-table.ts';
import type { Management } from '../management/sdk.ts';
import { notifySessionsEnded, type OnSessionsEnded } from '../management/sessions.ts';

type AccountDeletion = Pick<IdentityProvider, 'deleteAccount' | 'finishDeletion'>;

/** A deletion can only be finished with an access token, so for at most its life. */
const finishableMs = maxAccessTokenSeconds * 1000;
const maxBegun = 10_000;

export function createAccountDeletion(options: {
  readonly management: Management;
  readonly now: () => number;
  readonly onSessionsEnded: OnSessionsEnded;
  readonly runToCompletion: RunToCompletion;
}): AccountDeletion {
  const { management, runToCompletion, now, onSessionsEnded } = options;
  /** Accounts whose owner has given the password, and which may be deactivated but not deleted. */
  const begun = new LRUCache<string, true>({
    ...lruLimit(maxBegun),
    ttl: finishableMs,
    ttlResolution: 0,
    perf: { now },
  });

  async function untilGone(userId: string, times: number, context: CallContext): Promise<void> {
    await notifySessionsEnded(
      { userId, kind: 'all', sessionId: null, cause: 'ACCOUNT_DELETED' },
      onSessionsEnded,
      async () => {
        try {
          for (let time = 0; time < times; time += 1) await deleteOnce(management, userId, context);
        } catch (error) {
          if (!(error instanceof UserNotFound)) throw error;
        }
      },
    );
    begun.delete(userId);
  }

  return {
    async deleteAccount(userId, context) {
      // An aborted request must not leave the account deactivated but not deleted.
      await runToCompletion(context, (ownContext) => {
        begun.set(userId, true);
        // The first deactivates, the second deletes.
        return untilGone(userId, 2, ownContext);
      });
    },

    async finishDeletion(userId, context) {
      if (!begun.has(userId)) return false;
      await runToCompletion(context, (ownContext) => untilGone(userId, 1, ownContext));
      return true;
    },
  };
}

/** Retries once. @throws UserNotFound */
async function deleteOnce(
  management: Management,
  userId: string,
  context: CallContext,
): Promise<void> {
  const call = () => management('users/delete', context, (api) => api.deleteUser({ userId }));
  try {
    await call();
  } catch (error) {
    if (!(error instanceof UpstreamUnavailable)) throw error;
    // Harmless even if Okta has deleted it already.
    await call();
  }
}
