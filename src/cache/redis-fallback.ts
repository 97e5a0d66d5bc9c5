import { reportChanges } from '../logging/report-changes.ts';

/** After a failure, so that a shared store that hangs delays a caller once, not at every step. */
const pauseMs = 1_000;

/** Runs work on the shared store, or on `own` when the shared store fails. */
type Attempt<Kind> = <Result>(work: (chosen: Kind) => Promise<Result>) => Promise<Result>;

export interface Fallback<Kind> {
  /** Uses only `own` for a second after a failure. */
  readonly attempt: Attempt<Kind>;
  /** Tries the shared store in that second too: for work that `own` cannot do as well. */
  readonly attemptAtOnce: Attempt<Kind>;
}

/**
 * Uses the store that processes share while it works, and this process's own store while it does not,
 * so callers always get an answer.
 * @param notice called once when the shared store stops working, and once when it works again
 */
export function createFallback<Kind>(
  { shared, own }: { readonly shared: Kind; readonly own: Kind },
  notice: (working: boolean, error: unknown) => void,
): Fallback<Kind> {
  const report = reportChanges<boolean, unknown>(true, notice);
  /** On the clock of `performance.now`. */
  let pausedUntil = 0;

  const attemptAtOnce: Attempt<Kind> = async (work) => {
    try {
      const result = await work(shared);
      report(true, null);
      return result;
    } catch (error) {
      report(false, error);
      pausedUntil = performance.now() + pauseMs;
      return work(own);
    }
  };
  return {
    attempt: (work) => (performance.now() < pausedUntil ? work(own) : attemptAtOnce(work)),
    attemptAtOnce,
  };
}
