import { UpstreamUnavailable } from './identity/errors.ts';

/** The cause that the log names where our own time ended before the answer came. */
class OutOfTime extends Error {}

/** @param message what had no time left, as a sentence */
export function outOfTime(message: string): UpstreamUnavailable {
  return new UpstreamUnavailable({ cause: new OutOfTime(message) });
}
