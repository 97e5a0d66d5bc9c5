import type { AccountEvents, OnAccountEvent } from '../coherence/account-events.ts';
import type { DutyBoard } from '../coherence/poll-duty.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import type { Counters } from '../limits/counters.ts';
import { decodeFailure, encodeFailure } from '../refresh/failures.ts';
import type { Ledger } from '../refresh/ledger.ts';
import type { StepBook } from '../tokens/step-book.ts';
import type { PrimaryCalls } from './calls.ts';
import type { PrimaryConnection } from './primary-connection.ts';

/** What the workers of one program share: the primary keeps it. */
export interface WorkerShare {
  readonly events: AccountEvents;
  readonly ledger: Ledger;
  readonly duty: DutyBoard;
  readonly steps: StepBook;
  readonly counters: Counters;
}

export function createWorkerShare(connection: PrimaryConnection): WorkerShare {
  const { calls } = connection;
  return {
    events: createWorkerEvents(connection),
    ledger: createWorkerLedger(calls),
    duty: { take: calls.takeDuty, release: calls.releaseDuty },
    steps: { enter: calls.enterStep, leave: calls.leaveStep },
    counters: { take: calls.takeCounts, settle: calls.settleCounts },
  };
}

function createWorkerEvents({ calls, onTold }: PrimaryConnection): AccountEvents {
  const listeners: OnAccountEvent[] = [];
  const hear = (events: readonly AccountEvent[]) => {
    for (const event of events) for (const listener of listeners) listener(event);
  };
  onTold(hear);
  return {
    async publish(events) {
      hear(events);
      await calls.tell(events);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
    async start() {
      hear(await calls.told());
    },
    reach: () => 'shared',
    async close() {},
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
