import type { Config } from '../config.ts';
import type { Counters } from '../limits/counters.ts';
import { createMemoryCounters } from '../limits/memory-counters.ts';
import type { Ledger } from '../refresh/ledger.ts';
import { createNotices, type Notices } from '../setup/notices.ts';
import type { AttemptStore } from '../transactions/attempt-store.ts';
import { createMemoryAttemptStore } from '../transactions/memory-attempt-store.ts';
import { createOwnLedger } from './ledger.ts';

/** The local state of one process, with or without Redis. */
export interface OwnMemories {
  readonly ledger: Ledger;
  readonly steps: AttemptStore;
  readonly counters: Counters;
  readonly notices: Notices;
  /** How many entries each has, by name. */
  sizes(): Readonly<Record<string, number>>;
}

/** @param now epoch milliseconds */
export function createOwnMemories(config: Config, now: () => number): OwnMemories {
  const ledger = createOwnLedger(config, now);
  const steps = createMemoryAttemptStore(now);
  const counters = createMemoryCounters(now);
  return {
    ledger,
    steps,
    counters,
    notices: createNotices(),
    sizes() {
      const { counts, marks } = counters.sizes();
      const { answers, ends, sessionEnds } = ledger.sizes();
      return {
        limit_counts: counts,
        limit_marks: marks,
        steps: steps.size(),
        refresh_answers: answers,
        refresh_ends: ends,
        session_ends: sessionEnds,
      };
    },
  };
}
