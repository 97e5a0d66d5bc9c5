import type { Attempt, Deadline, Handler, NewCall } from './call.ts';

/**
 * Ends a call, its retry included, so many milliseconds after it was first admitted. The wait before
 * that is the caller's time, not the call's: Okta has not been asked yet.
 */
export function deadline(timeoutMs: number) {
  return (next: Handler) =>
    async (call: NewCall): Promise<Attempt> => {
      const { clear, ...limit } = startable(timeoutMs);
      const signal = AbortSignal.any([call.context.signal, limit.signal]);
      try {
        return await next({ ...call, deadline: limit, signal });
      } finally {
        clear();
      }
    };
}

function startable(timeoutMs: number): Deadline & { clear(): void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let endsAt = Number.POSITIVE_INFINITY;
  return {
    signal: controller.signal,
    start() {
      if (timer !== undefined) return;
      timer = setTimeout(() => controller.abort(), timeoutMs);
      endsAt = performance.now() + timeoutMs;
    },
    leftMs: () => endsAt - performance.now(),
    clear: () => clearTimeout(timer),
  };
}
