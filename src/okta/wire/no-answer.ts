import { UpstreamUnavailable } from '../../identity/errors.ts';

/**
 * What was wrong with an answer, or why none came. `code` is for the log and from a closed set, since
 * the texts of libraries may quote the request or the answer.
 */
export class NoAnswer extends Error {
  readonly code: string;
  /** The place of the mismatch in our schema, such as `profile.email`. For the log. */
  readonly place: string | null;
  constructor(code: string, message = code, place: string | null = null) {
    super(message);
    this.code = code;
    this.place = place;
  }
}

/** An answer came, but with a form or values that Okta does not document. */
export const unexpectedAnswerCode = 'UNEXPECTED_ANSWER';

/** The answer exceeds `maxResponseSize` of undici. */
export const tooLarge = 'UND_ERR_RES_EXCEEDED_MAX_SIZE';

export function isTooLarge(error: unknown): boolean {
  if (!(error instanceof UpstreamUnavailable) || !(error.cause instanceof NoAnswer)) return false;
  return error.cause.code === tooLarge;
}
