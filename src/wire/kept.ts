import type { Kept } from '../cluster/worker-session.ts';
import type { Config } from '../config.ts';
import { createKeptEvents } from '../events/history.ts';
import { createLocalDuty } from '../events/poll-leader.ts';
import { createPrimaryLedger } from './ledger.ts';
import { createOwnMemories, type OwnMemories } from './local-state.ts';

/** What the workers of a program share, in the process that keeps them. @param now epoch milliseconds */
export function createKept(config: Config, now: () => number): Kept & Pick<OwnMemories, 'sizes'> {
  const own = createOwnMemories(config, now);
  const events = createKeptEvents(now);
  return {
    events,
    ledger: createPrimaryLedger(config, own.ledger, now),
    duty: createLocalDuty(),
    steps: own.steps,
    counters: own.counters,
    notices: own.notices,
    sizes: () => ({ ...own.sizes(), kept_events: events.size() }),
  };
}
