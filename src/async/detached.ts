import type { CallContext } from '../identity/model.ts';
import { unlessAborted } from './until-aborted.ts';

/**
 * Runs work that has to come to its end once it has begun, or that others wait for too. Its caller
 * does not wait longer than for any other work: the deadline of each call bounds what goes on alone.
 * @throws the reason of the signal, when it fires
 */
export type Detached = <Result>(
  context: CallContext,
  work: (alone: CallContext) => Promise<Result>,
) => Promise<Result>;

export interface DetachedWork {
  readonly detached: Detached;
  /** Resolves when nothing is under way: what has lost its caller must not lose its process too. */
  settled(): Promise<void>;
}

export function createDetached(): DetachedWork {
  const underWay = new Set<Promise<unknown>>();
  return {
    async detached(context, work) {
      context.signal.throwIfAborted();
      const { signal } = new AbortController();
      const result = work({ ...context, signal });
      const over = result
        .catch(() => undefined)
        .finally(() => {
          underWay.delete(over);
        });
      underWay.add(over);
      return unlessAborted(result, context.signal);
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
