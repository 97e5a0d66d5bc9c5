import { UpstreamUnavailable } from '../identity/errors.ts';

/** The cause that the log names where our own time ended before the answer came. */
class OutOfTime extends Error {}

/** @param message what had no time left, as a sentence */
export function outOfTime(message: string): UpstreamUnavailable {
  return new UpstreamUnavailable({ cause: new OutOfTime(message) });
}

/**
 * For work that several callers wait for: it outlives each of them, so it has a deadline of its own
 * from now on, including the wait for a connection.
 * @param work gets the signal that fires then, with an UpstreamUnavailable as its reason
 */
export async function withinTime<Result>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(outOfTime('The call is out of time.')),
    timeoutMs,
  );
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
