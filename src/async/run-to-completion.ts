import type { CallContext } from '../identity/model.ts';
import { untilAborted } from './until-aborted.ts';

/**
 * Runs work that must not stop half way, or that other callers wait for too. The work gets a context
 * of its own, whose signal never fires, so it continues when the caller disconnects. The caller stops
 * waiting when its own signal fires; the deadline of each call bounds the work that continues.
 * @throws the reason of the caller's signal, when it fires
 */
export type RunToCompletion = <Result>(
  context: CallContext,
  work: (ownContext: CallContext) => Promise<Result>,
) => Promise<Result>;

export interface CompletingWork {
  readonly runToCompletion: RunToCompletion;
  /** Resolves when no work is running. Await it before the process ends. */
  settled(): Promise<void>;
}

export function createRunToCompletion(): CompletingWork {
  const running = new Set<Promise<unknown>>();
  return {
    async runToCompletion(context, work) {
      context.signal.throwIfAborted();
      const { signal } = new AbortController();
      const result = work({ ...context, signal });
      const settled = result
        .catch(() => undefined)
        .finally(() => {
          running.delete(settled);
        });
      running.add(settled);
      return untilAborted(result, context.signal);
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
