import type { Kept } from '../cluster/worker-session.ts';
import type { Config } from '../config.ts';
import { createEventHistory } from '../events/history.ts';
import { createLocalLease } from '../events/poll-leader.ts';
import type { Counters } from '../limits/counters.ts';
import { createMemoryCounters } from '../limits/memory-counters.ts';
import type { Ledger } from '../refresh/ledger.ts';
import { createNotices, type Notices } from '../setup/notices.ts';
import type { AttemptStore } from '../transactions/attempt-store.ts';
import { createMemoryAttemptStore } from '../transactions/memory-attempt-store.ts';
import { createOwnLedger, createPrimaryLedger } from './ledger.ts';

/** What the workers of a program share, in the process that keeps them. @param now epoch milliseconds */
export function createKept(config: Config, now: () => number): Kept & Pick<OwnMemories, 'sizes'> {
  const own = createOwnMemories(config, now);
  const events = createEventHistory(now);
  return {
    events,
    ledger: createPrimaryLedger(config, own.ledger, now),
    duty: createLocalLease(),
    steps: own.steps,
    counters: own.counters,
    notices: own.notices,
    sizes: () => ({ ...own.sizes(), kept_events: events.size() }),
  };
}

/** What one process remembers of its callers: for itself, or as the primary of several workers. */
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
