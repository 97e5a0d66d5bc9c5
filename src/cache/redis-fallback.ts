/** After a failure, so that what is shared and hangs delays a caller once and not at every step. */
const pauseMs = 1_000;

/** Does work with one of both, and with `own` where `shared` fails. */
type Attempt<Kind> = <Result>(work: (chosen: Kind) => Promise<Result>) => Promise<Result>;

export interface Fallback<Kind> {
  /** For a second after a failure it leaves the shared one alone. */
  readonly attempt: Attempt<Kind>;
  /** Asks the shared one in that second too: for what no other can do as well. */
  readonly attemptAtOnce: Attempt<Kind>;
}

/**
 * Uses the store that processes share for as long as it works, and this process's own while it does
 * not: callers are answered either way.
 * @param notice called once when the shared one stops working, and once when it works again
 */
export function createFallback<Kind>(
  { shared, own }: { readonly shared: Kind; readonly own: Kind },
  notice: (working: boolean, error: unknown) => void,
): Fallback<Kind> {
  let working = true;
  /** On the clock of `performance.now`. */
  let pausedUntil = 0;

  const attemptAtOnce: Attempt<Kind> = async (work) => {
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
  };
  return {
    attempt: (work) => (performance.now() < pausedUntil ? work(own) : attemptAtOnce(work)),
    attemptAtOnce,
  };
}
