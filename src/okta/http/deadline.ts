import type { Attempt, Deadline, Handler, NewCall } from './call.ts';

/**
 * Ends a call, including its retry, `timeoutMs` after its first admission. The wait before that does
 * not count, since nothing was sent to Okta.
 */
export function deadline(timeoutMs: number) {
  return (next: Handler) =>
    async (call: NewCall): Promise<Attempt> => {
      const { clear, ...limit } = startableTimer(timeoutMs);
      const signal = AbortSignal.any([call.context.signal, limit.signal]);
      try {
        return await next({ ...call, deadline: limit, signal });
      } finally {
        clear();
      }
    };
}

function startableTimer(timeoutMs: number): Deadline & { clear(): void } {
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
