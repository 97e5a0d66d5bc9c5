import { UpstreamUnavailable } from '../../identity/errors.ts';

/**
 * What was wrong with an answer, or why there was none: `code` is for the log and out of a closed
 * set, since the texts of libraries may quote what was sent or received.
 */
export class NoAnswer extends Error {
  readonly code: string;
  /** The place in our schema of the answer, such as `profile.email`. For the log. */
  readonly place: string | null;
  constructor(code: string, message = code, place: string | null = null) {
    super(message);
    this.code = code;
    this.place = place;
  }
}

/** There was an answer, of another form or with other values than Okta documents. */
export const unexpectedAnswer = 'UNEXPECTED_ANSWER';

/** There was more of it than `maxResponseSize` of undici allows. */
export const tooLarge = 'UND_ERR_RES_EXCEEDED_MAX_SIZE';

export function isTooLarge(error: unknown): boolean {
  if (!(error instanceof UpstreamUnavailable) || !(error.cause instanceof NoAnswer)) return false;
  return error.cause.code === tooLarge;
}
