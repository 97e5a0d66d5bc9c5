import { setMaxListeners } from 'node:events';
import type { Attempt, Deadline, Handler, NewCall } from './call.ts';

/**
 * Ends a call, including its retry, `timeoutMs` after its first admission. The wait before that does
 * not count, since nothing was sent to Okta.
 */
export function deadline(timeoutMs: number) {
  return (next: Handler) =>
    async (call: NewCall): Promise<Attempt> => {
      const { signal } = call.context;
      const controller = new AbortController();
      const { clear, ...limit } = startableTimer(timeoutMs, () => controller.abort());
      const leave = () => controller.abort(signal.reason);
      // Not by AbortSignal.any, which takes as long as the rest of the pipeline. One caller may make
      // many calls at once, and Node would warn of so many listeners.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', leave);
      if (signal.aborted) leave();
      try {
        return await next({ ...call, deadline: limit, signal: controller.signal });
      } finally {
        clear();
        signal.removeEventListener('abort', leave);
      }
    };
}

function startableTimer(timeoutMs: number, onOver: () => void): Deadline & { clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  let endsAt = Number.POSITIVE_INFINITY;
  let isOver = false;
  return {
    isOver: () => isOver,
    start() {
      if (timer !== undefined) return;
      timer = setTimeout(() => {
        isOver = true;
        onOver();
      }, timeoutMs);
      endsAt = performance.now() + timeoutMs;
    },
    leftMs: () => endsAt - performance.now(),
    clear: () => clearTimeout(timer),
  };
}
