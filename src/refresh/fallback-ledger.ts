import type { Ledger } from './ledger.ts';

/** After a failure, so that a shared ledger that hangs delays a caller once and not at every step. */
const pauseMs = 1_000;

/**
 * The shared ledger for as long as it works, and this process's own where it does not: callers are
 * answered either way, and processes then race as if they had none to share.
 * @param notice told once when it stops working, and once when it works again
 */
export function createFallbackLedger(
  { shared, own }: { readonly shared: Ledger; readonly own: Ledger },
  notice: (working: boolean, error: unknown) => void,
): Ledger {
  /** Claims that the shared ledger gave, and must get back or run out. */
  const sharedLeases = new Set<string>();
  let working = true;
  /** On the clock of `performance.now`. */
  let pausedUntil = 0;

  async function attempt<Result>(work: (ledger: Ledger) => Promise<Result>): Promise<Result> {
    try {
      const result = await work(shared);
      if (!working) notice(true, null);
      working = true;
      return result;
    } catch (error) {
      if (working) notice(false, error);
      working = false;
      pausedUntil = performance.now() + pauseMs;
      return work(own);
    }
  }

  function unlessPaused<Result>(work: (ledger: Ledger) => Promise<Result>): Promise<Result> {
    return performance.now() < pausedUntil ? work(own) : attempt(work);
  }

  return {
    claim: (refreshToken, claim) =>
      unlessPaused(async (ledger) => {
        const claimed = await ledger.claim(refreshToken, claim);
        if (claimed.kind === 'claimed' && ledger === shared) sharedLeases.add(claim.lease);
        return claimed;
      }),
    publish(refreshToken, answer) {
      const settle = sharedLeases.delete(answer.lease) ? attempt : unlessPaused;
      return settle((ledger) => ledger.publish(refreshToken, answer));
    },
    fail(refreshToken, failure) {
      const settle = sharedLeases.delete(failure.lease) ? attempt : unlessPaused;
      return settle((ledger) => ledger.fail(refreshToken, failure));
    },
    look: (refreshToken) => unlessPaused((ledger) => ledger.look(refreshToken)),
    async end(refreshToken) {
      // In both, for a refresh that began with the one and has to do with the other.
      const answered = await own.end(refreshToken);
      return (await unlessPaused((ledger) => ledger.end(refreshToken))) ?? answered;
    },
    async endSessions(ended, at) {
      await own.endSessions(ended, at);
      await unlessPaused((ledger) => ledger.endSessions(ended, at));
    },
    async isEnded(owner, begunAt) {
      if (await own.isEnded(owner, begunAt)) return true;
      return unlessPaused((ledger) => ledger.isEnded(owner, begunAt));
    },
  };
}
