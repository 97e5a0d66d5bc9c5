import type { ServerResponse } from 'node:http';
import { UpstreamUnavailable } from '../identity/errors.ts';
import { Refusal } from './refusal.ts';

export interface Deadline {
  /**
   * For the work: fires when nobody waits for it any more and, with an UpstreamUnavailable for its
   * reason, a moment before that, so that the fields can still say how they ended.
   */
  readonly signal: AbortSignal;
  /** Rejects when the request is over without an answer: a Refusal, or CallerGone. Never resolves. */
  readonly over: Promise<never>;
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
  const working = new AbortController();
  const waiting = new AbortController();
  const end = (reason: Error) => {
    waiting.abort(reason);
    working.abort(reason);
  };
  const timers: NodeJS.Timeout[] = [];
  const stop = () => timers.splice(0).forEach(clearTimeout);
  const startWork = () => {
    const answerMs = Math.min(longestAnswerMs, timeoutMs / 4);
    timers.push(
      setTimeout(() => working.abort(outOfTime()), timeoutMs - answerMs),
      setTimeout(() => end(tooLong()), timeoutMs),
    );
  };
  const gone = () => end(new CallerGone('The caller has gone.'));
  response.once('close', gone);
  startWork();
  return {
    signal: working.signal,
    over: new Promise((_, reject) => {
      waiting.signal.addEventListener('abort', () => reject(waiting.signal.reason), { once: true });
    }),
    async receive(body) {
      stop();
      timers.push(setTimeout(() => end(bodyTooSlow()), timeoutMs));
      const received = await body.finally(stop);
      startWork();
      return received;
    },
    met() {
      stop();
      response.off('close', gone);
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
