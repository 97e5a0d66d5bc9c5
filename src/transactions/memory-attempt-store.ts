import { LRUCache } from 'lru-cache';
import { atMost } from '../cache/lru-limit.ts';
import type { Progress, StepBook } from './attempt-store.ts';
import { noSends } from './message-limit.ts';

/**
 * Steps that are remembered until their handles expire, at most some 30 MB. Each entry took a log-in
 * or the token of a mail that Okta accepted, so a caller cannot flood it.
 */
const keptSteps = 100_000;

/** What is remembered of steps, and how much of it. */
export interface MemoryStepBook extends StepBook {
  size(): number;
}

/** For one process. @param now epoch milliseconds */
export function createMemoryStepBook(now: () => number): MemoryStepBook {
  const steps = new LRUCache<string, Progress>({
    ...atMost(keptSteps),
    ttl: 1,
    ttlResolution: 0,
    perf: { now },
  });
  /** The turn of the last caller. */
  const turns = new Map<string, Promise<void>>();
  /** Of the caller whose turn it is. */
  const ends = new Map<string, () => void>();

  return {
    async enter(id, until) {
      const before = turns.get(id);
      let end = () => {};
      const turn = new Promise<void>((resolve) => {
        end = resolve;
      });
      turns.set(id, turn);
      await before;
      ends.set(id, () => {
        if (turns.get(id) === turn) turns.delete(id);
        end();
      });
      const known = steps.get(id);
      if (known === undefined) return { failures: 0, sends: noSends(), over: false, until };
      return { ...known, until: Math.max(known.until, until) };
    },
    async leave(id, progress) {
      if (progress !== null) {
        steps.set(id, progress, { ttl: Math.max(1, Math.ceil(progress.until - now())) });
      }
      const end = ends.get(id);
      ends.delete(id);
      end?.();
    },
    size: () => steps.size,
  };
}
