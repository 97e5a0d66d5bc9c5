import { UpstreamUnavailable } from '../identity/errors.ts';

/** Named in the log as the cause when our own deadline passed before the answer came. */
class OutOfTime extends Error {}

/** @param message what ran out of time, as a sentence */
export function timeoutError(message: string): UpstreamUnavailable {
  return new UpstreamUnavailable({ cause: new OutOfTime(message) });
}

/**
 * For work that several callers wait for. It may outlive each of them, so it has its own deadline,
 * which starts now and includes the wait for a connection.
 * @param work gets a signal that fires at the deadline, with an UpstreamUnavailable as its reason
 */
export async function withTimeout<Result>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(timeoutError('The call is out of time.')),
    timeoutMs,
  );
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
