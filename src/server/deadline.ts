import type { ServerResponse } from 'node:http';
import { UpstreamUnavailable } from '../identity/errors.ts';
import { Refusal } from './refusal.ts';

export interface Deadline {
  /**
   * For the work: fires when nobody waits for it any more and, with an UpstreamUnavailable for its
   * reason, a moment before that, so that the fields can still say how they ended. Made at the first
   * look, since most answers are there before anything could listen.
   */
  signal(): AbortSignal;
  /**
   * Waits for the answer no longer than there is somebody to read it; to be called once.
   * @throws as the work; Refusal, CallerGone
   */
  wait<Answer>(work: Promise<Answer>): Promise<Answer>;
  /** Gives the body a time of its own, and all of its time to the work after it. */
  receive<Body>(body: Promise<Body>): Promise<Body>;
  /** The answer is ready: nothing fires any more. */
  met(): void;
}

/** Nobody is left to read an answer. */
export class CallerGone extends Error {}

/** The cause that the log names where a call was in time and the request was not. */
class OutOfTime extends Error {}

/** What the fields get to turn the end of their time into an answer: some hundred milliseconds. */
const longestAnswerMs = 400;

/** @param timeoutMs for the body, and then for the work: the same each */
export function startDeadline(response: ServerResponse, timeoutMs: number): Deadline {
  const answerMs = Math.min(longestAnswerMs, timeoutMs / 4);
  const work = lazySignal();
  let isReceiving = false;
  let giveUp: ((reason: Error) => void) | undefined;
  let end: NodeJS.Timeout | undefined;
  const over = (reason: Error) => {
    giveUp?.(reason);
    work.abort(reason);
  };
  // One timer for all phases, begun anew with each: requests are many, and it nearly never fires.
  const timer = setTimeout(() => {
    if (!isReceiving) work.abort(outOfTime());
    end = setTimeout(() => over(isReceiving ? bodyTooSlow() : tooLong()), answerMs);
  }, timeoutMs - answerMs);
  const begin = () => {
    clearTimeout(end);
    timer.refresh();
  };
  const gone = () => over(new CallerGone('The caller has gone.'));
  response.once('close', gone);
  return {
    signal: work.signal,
    wait: (answer) =>
      new Promise((resolve, reject) => {
        giveUp = reject;
        answer.then(resolve, reject);
      }),
    async receive(body) {
      isReceiving = true;
      begin();
      const received = await body;
      isReceiving = false;
      begin();
      return received;
    },
    met() {
      clearTimeout(timer);
      clearTimeout(end);
      response.off('close', gone);
    },
  };
}

/** The first reason counts, as with any AbortSignal. */
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

function outOfTime(): UpstreamUnavailable {
  return new UpstreamUnavailable({ cause: new OutOfTime('The request is out of time.') });
}

function tooLong(): Refusal {
  return new Refusal(503, 'The request took too long.', { code: 'TIMEOUT' });
}

/** What is left of the body would be read for the next request. */
function bodyTooSlow(): Refusal {
  return new Refusal(408, 'The body took too long.', { headers: { Connection: 'close' } });
}
