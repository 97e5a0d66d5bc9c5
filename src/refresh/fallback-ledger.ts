import { createFallback } from '../cache/redis-fallback.ts';
import type { Ledger } from './ledger.ts';

/**
 * Uses the shared ledger while it works, and this process's own while it does not. Callers get tokens
 * either way, but during an outage the processes do not share refreshes. What this process has done
 * alone is handed to the shared ledger too, which writes it as soon as it can.
 * @param notice called once when it stops working, and once when it works again
 */
export function createFallbackLedger(
  both: { readonly shared: Ledger; readonly own: Ledger },
  notice: (working: boolean, error: unknown) => void,
): Ledger {
  const { shared, own } = both;
  const { attempt, attemptAtOnce } = createFallback(both, notice);
  /** Claims of the shared ledger, which must be published or failed there, or expire. */
  const sharedLeases = new Set<string>();

  /** As `attempt`. Where the own ledger answers, no caller waits for the shared one. */
  const attemptAndShare: typeof attempt = (work) =>
    attempt((ledger) => {
      if (ledger === own) work(shared).catch(() => undefined);
      return work(ledger);
    });

  return {
    claim: (refreshToken, claim) =>
      attempt(async (ledger) => {
        const claimed = await ledger.claim(refreshToken, claim);
        if (claimed.kind === 'claimed' && ledger === shared) sharedLeases.add(claim.lease);
        return claimed;
      }),
    publish(refreshToken, answer) {
      const settle = sharedLeases.delete(answer.lease) ? attemptAtOnce : attemptAndShare;
      return settle((ledger) => ledger.publish(refreshToken, answer));
    },
    fail(refreshToken, failure) {
      const settle = sharedLeases.delete(failure.lease) ? attemptAtOnce : attempt;
      return settle((ledger) => ledger.fail(refreshToken, failure));
    },
    look: (refreshToken) => attempt((ledger) => ledger.look(refreshToken)),
    async end(refreshToken) {
      // In both, since a refresh may have started with one of them and complete with the other.
      const answered = await own.end(refreshToken);
      return (await attemptAndShare((ledger) => ledger.end(refreshToken))) ?? answered;
    },
    async endSessions(ended, at) {
      await own.endSessions(ended, at);
      await attemptAndShare((ledger) => ledger.endSessions(ended, at));
    },
    async isEnded(owner, begunAt) {
      if (await own.isEnded(owner, begunAt)) return true;
      return attempt((ledger) => ledger.isEnded(owner, begunAt));
    },
  };
}
