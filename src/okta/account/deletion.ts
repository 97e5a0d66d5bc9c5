import { LRUCache } from 'lru-cache';
import type { RunToCompletion } from '../../async/run-to-completion.ts';
import { lruLimit } from '../../cache/lru-limit.ts';
import { maxAccessTokenSeconds } from '../../identity/access-token.ts';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import { UserNotFound } from '../errors/error-table.ts';
import type { Management } from '../management/sdk.ts';
import { announcingEnd, type OnSessionsEnded } from '../management/sessions.ts';

type AccountDeletion = Pick<IdentityProvider, 'deleteAccount' | 'finishDeletion'>;

/** Nobody comes back without an access token. */
const keptMs = maxAccessTokenSeconds * 1000;
const keptDeletions = 10_000;

export function createAccountDeletion(options: {
  readonly management: Management;
  readonly now: () => number;
  readonly onSessionsEnded: OnSessionsEnded;
  readonly runToCompletion: RunToCompletion;
}): AccountDeletion {
  const { management, runToCompletion, now, onSessionsEnded } = options;
  /** Accounts whose owner has shown the password, and which may be shut and still there. */
  const begun = new LRUCache<string, true>({
    ...lruLimit(keptDeletions),
    ttl: keptMs,
    ttlResolution: 0,
    perf: { now },
  });

  /** @throws UserNotFound */
  async function deleteOnce(userId: string, context: CallContext): Promise<void> {
    const call = () => management('users/delete', context, (api) => api.deleteUser({ userId }));
    try {
      await call();
    } catch (error) {
      if (!(error instanceof UpstreamUnavailable)) throw error;
      // Whether Okta has done it or not, one more is harmless.
      await call();
    }
  }

  async function untilGone(userId: string, times: number, context: CallContext): Promise<void> {
    await announcingEnd({ userId, kind: 'all', sessionId: null }, onSessionsEnded, async () => {
      try {
        for (let time = 0; time < times; time += 1) await deleteOnce(userId, context);
      } catch (error) {
        if (!(error instanceof UserNotFound)) throw error;
      }
    });
    begun.delete(userId);
  }

  return {
    async deleteAccount(userId, context) {
      // A caller who goes away must not leave an account that is shut and still there.
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
