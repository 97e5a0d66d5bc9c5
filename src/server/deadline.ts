import type { ServerResponse } from 'node:http';
import { Refusal } from './refusal.ts';

export interface Deadline {
  /** Fires when time is up or the caller has gone; calls to the identity provider end with it. */
  readonly signal: AbortSignal;
  /** Rejects when `signal` fires, with its reason: a Refusal, or CallerGone. Never resolves. */
  readonly over: Promise<never>;
  /** The answer is ready: nothing fires any more. */
  met(): void;
}

/** Nobody is left to read an answer. */
export class CallerGone extends Error {}

export function startDeadline(response: ServerResponse, timeoutMs: number): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new Refusal(503, 'The request took too long.', { code: 'TIMEOUT' }));
  }, timeoutMs);
  const gone = () => controller.abort(new CallerGone('The caller has gone.'));
  response.once('close', gone);
  const { signal } = controller;
  return {
    signal,
    over: new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
    met() {
      clearTimeout(timer);
      response.off('close', gone);
    },
  };
}
