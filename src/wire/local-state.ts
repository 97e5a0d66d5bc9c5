import type { Config } from '../config.ts';
import { createNotices, type Notices } from '../config-checks/notices.ts';
import type { Counters } from '../limits/counters.ts';
import { createMemoryCounters } from '../limits/memory-counters.ts';
import type { Ledger } from '../refresh/ledger.ts';
import type { AttemptStore } from '../transactions/attempt-store.ts';
import { createMemoryAttemptStore } from '../transactions/memory-attempt-store.ts';
import { createLocalLedger } from './ledger.ts';

/** The state of this process, used when there is no Redis or it is down. */
export interface LocalState {
  readonly ledger: Ledger;
  readonly steps: AttemptStore;
  readonly counters: Counters;
  readonly notices: Notices;
  /** Number of entries by store. */
  sizes(): Readonly<Record<string, number>>;
}

/** @param now epoch milliseconds */
export function createLocalState(config: Config, now: () => number): LocalState {
  const ledger = createLocalLedger(config, now);
  const steps = createMemoryAttemptStore(now);
  const counters = createMemoryCounters(now);
  return {
    ledger,
    steps,
    counters,
    notices: createNotices(),
    sizes() {
      const { counts, knownClients } = counters.sizes();
      const { answers, ends, sessionEnds } = ledger.sizes();
      return {
        limit_counts: counts,
        limit_marks: knownClients,
        steps: steps.size(),
        refresh_answers: answers,
        refresh_ends: ends,
        session_ends: sessionEnds,
      };
    },
  };
}
