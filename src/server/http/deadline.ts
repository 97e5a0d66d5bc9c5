import type { ServerResponse } from 'node:http';
import type { PromiseOrValue } from '../../async/maybe-promise.ts';
import { timeoutError } from '../../async/timeout.ts';
import { HttpError } from './http-error.ts';

export interface Deadline {
  /**
   * For the work: fires when the caller has closed the connection or, a moment before the deadline, with
   * UpstreamUnavailable as its reason, so that fields can still report their outcome. Created at
   * first use, since most requests are answered without it.
   */
  signal(): AbortSignal;
  /**
   * Gives a body that is still arriving its own time limit, and the work after it the whole time
   * again.
   */
  receive<Body>(body: PromiseOrValue<Body>): PromiseOrValue<Body>;
  /** Call it when the answer is ready; nothing fires after it. */
  met(): void;
}

/** The caller has closed the connection. */
export class CallerGone extends Error {}

/** The time that fields have to answer after their signal has fired, in milliseconds. */
const longestAnswerMs = 400;

/**
 * @param timeoutMs for the body, and again for the work
 * @param giveUp called with an HttpError at the deadline, or with CallerGone
 */
export function startDeadline(
  response: ServerResponse,
  timeoutMs: number,
  giveUp: (reason: HttpError | CallerGone) => void,
): Deadline {
  const answerMs = Math.min(longestAnswerMs, timeoutMs / 4);
  const work = lazySignal();
  let isReceiving = false;
  let isMet = false;
  let end: NodeJS.Timeout | undefined;
  const over = (reason: HttpError | CallerGone) => {
    giveUp(reason);
    work.abort(reason);
  };
  // One timer, restarted for each phase: requests are many, and it rarely fires.
  const timer = setTimeout(() => {
    if (!isReceiving) work.abort(timeoutError('The request is out of time.'));
    end = setTimeout(() => over(isReceiving ? bodyTooSlow() : tooLong()), answerMs);
  }, timeoutMs - answerMs);
  // Not removed after the answer: that would cost as much as adding it.
  response.on('close', () => {
    if (!isMet) over(new CallerGone('The caller has gone.'));
  });
  return {
    signal: work.signal,
    receive(body) {
      if (!(body instanceof Promise)) return body;
      isReceiving = true;
      return body.then((received) => {
        if (isMet) throw new CallerGone('The answer is given.');
        isReceiving = false;
        clearTimeout(end);
        timer.refresh();
        return received;
      });
    },
    met() {
      isMet = true;
      clearTimeout(timer);
      clearTimeout(end);
    },
  };
}

/** The first reason counts, as with every AbortSignal. */
function lazySignal(): { signal(): AbortSignal; abort(reason: Error): void } {
  let controller: AbortController | undefined;
  let aborted: Error | undefined;
  return {
    signal() {
      if (controller === undefined) {
        controller = new AbortController();
        if (aborted !== undefined) controller.abort(aborted);
      }
      return controller.signal;
    },
    abort(reason) {
      aborted ??= reason;
      controller?.abort(reason);
    },
  };
}

function tooLong(): HttpError {
  return new HttpError(503, 'The request took too long.', { code: 'TIMEOUT' });
}

/** What is left of the body would be read for the next request. */
function bodyTooSlow(): HttpError {
  return new HttpError(408, 'The body took too long.', { headers: { Connection: 'close' } });
}
