import { LRUCache } from 'lru-cache';
import { lruLimit } from '../cache/lru-limit.ts';
import type { AttemptState, AttemptStore } from './attempt-store.ts';
import { noMessages } from './message-limit.ts';

/**
 * Steps are kept until their handles expire, at most some 30 MB of them. Each entry cost a log-in or
 * an e-mail token that Okta accepted, so a caller cannot flood the store.
 */
const maxSteps = 100_000;

export interface MemoryAttemptStore extends AttemptStore {
  size(): number;
}

/** For one process. @param now epoch milliseconds */
export function createMemoryAttemptStore(now: () => number): MemoryAttemptStore {
  const states = new LRUCache<string, AttemptState>({
    ...lruLimit(maxSteps),
    ttl: 1,
    ttlResolution: 0,
    perf: { now },
  });
  /** Tail of each step's lock queue. */
  const queues = new Map<string, Promise<void>>();
  /** Releases the lock of the attempt that holds it. */
  const releases = new Map<string, () => void>();

  return {
    async lock(id, expiresAt) {
      const before = queues.get(id);
      let release = () => {};
      const turn = new Promise<void>((resolve) => {
        release = resolve;
      });
      queues.set(id, turn);
      await before;
      releases.set(id, () => {
        if (queues.get(id) === turn) queues.delete(id);
        release();
      });
      const state = states.get(id);
      if (state === undefined) {
        return { failures: 0, sends: noMessages(), usedUp: false, expiresAt };
      }
      return { ...state, expiresAt: Math.max(state.expiresAt, expiresAt) };
    },
    async unlock(id, state) {
      if (state !== null) {
        states.set(id, state, { ttl: Math.max(1, Math.ceil(state.expiresAt - now())) });
      }
      const release = releases.get(id);
      releases.delete(id);
      release?.();
    },
    size: () => states.size,
  };
}
