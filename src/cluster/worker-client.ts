import { type AccountEventBus, createLocalBus } from '../events/bus.ts';
import type { LeaderLease } from '../events/poll-leader.ts';
import type { Counters } from '../limits/counters.ts';
import { decodeFailure, encodeFailure } from '../refresh/failures.ts';
import type { Ledger } from '../refresh/ledger.ts';
import type { Notices } from '../setup/notices.ts';
import type { AttemptStore } from '../transactions/attempt-store.ts';
import type { PrimaryCalls } from './primary-api.ts';
import { connectPrimary, type PrimaryListener } from './primary-connection.ts';

/** What the workers of one program share: the primary keeps it. */
export interface WorkerShare {
  readonly events: AccountEventBus;
  readonly ledger: Ledger;
  readonly duty: LeaderLease;
  readonly steps: AttemptStore;
  readonly counters: Counters;
  readonly notices: Notices;
  readonly lookOut: PrimaryCalls['lookOut'];
  /** Entries that the worker itself holds: none. The primary reports its own. */
  sizes(): Readonly<Record<string, number>>;
}

/** For a worker, once. */
export function joinWorkers(listener: Omit<PrimaryListener, 'onEvents'>): {
  readonly calls: PrimaryCalls;
  readonly share: WorkerShare;
} {
  const own = createLocalBus();
  const calls = connectPrimary({ ...listener, onEvents: own.publish });
  const share = {
    events: createWorkerEvents(calls, own),
    ledger: createWorkerLedger(calls),
    duty: { acquire: calls.takeDuty, release: calls.releaseDuty },
    steps: { lock: calls.enterStep, unlock: calls.leaveStep },
    counters: { take: calls.takeCounts, settle: calls.settleCounts },
    notices: { post: calls.postNotice, withdraw: calls.withdrawNotice },
    lookOut: calls.lookOut,
    sizes: () => ({}),
  };
  return { calls, share };
}

function createWorkerEvents(calls: PrimaryCalls, own: AccountEventBus): AccountEventBus {
  return {
    ...own,
    async publish(events) {
      await own.publish(events);
      await calls.publishEvents(events);
    },
    async start() {
      await own.publish(await calls.pastEvents());
    },
    status: () => 'shared',
  };
}

function createWorkerLedger(calls: PrimaryCalls): Ledger {
  return {
    async claim(refreshToken, claim) {
      const claimed = await calls.claim(refreshToken, claim);
      if (claimed.kind !== 'failed') return claimed;
      return { kind: 'failed', error: decodeFailure(claimed.failure) };
    },
    publish: calls.publish,
    fail: (refreshToken, { lease, error }) =>
      calls.fail(refreshToken, { lease, failure: encodeFailure(error) }),
    look: calls.look,
    end: calls.end,
    endSessions: calls.endSessions,
    isEnded: calls.isEnded,
  };
}
