import type { KeptEvents } from '../coherence/kept-events.ts';
import type { DutyBoard } from '../coherence/poll-duty.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import type { Counters } from '../limits/counters.ts';
import { decodeFailure, encodeFailure } from '../refresh/failures.ts';
import type { Ledger } from '../refresh/ledger.ts';
import type { StepBook } from '../tokens/step-book.ts';
import type { EncodedClaim, PrimaryCalls } from './calls.ts';

/** What the primary keeps for all of its workers. */
export interface Kept {
  readonly events: KeptEvents;
  readonly ledger: Ledger;
  readonly duty: DutyBoard;
  readonly steps: StepBook;
  readonly counters: Counters;
}

type KeptCalls = Omit<PrimaryCalls, 'boot' | 'ready' | 'failed' | 'lookOut' | 'measured'>;

export interface Keeper {
  readonly calls: KeptCalls;
  /** The worker has ended: what it held goes to the others. */
  release(): Promise<void>;
}

/** What one worker may ask for. @param broadcast to all other workers */
export function createKeeper(
  { events, ledger, duty, steps, counters }: Kept,
  broadcast: (events: readonly AccountEvent[]) => void,
): Keeper {
  /** Refresh tokens by the lease under which this worker has claimed them. */
  const claims = new Map<string, string>();
  /** Steps that this worker tries. */
  const entered = new Set<string>();
  let holder: string | null = null;
  let released = false;

  const calls: KeptCalls = {
    ...ledger,
    async tell(told) {
      events.keep(told);
      broadcast(told);
    },
    told: async () => events.all(),
    async takeDuty(claim) {
      holder = claim.holder;
      return duty.take(claim);
    },
    releaseDuty: (given) => duty.release(given),
    async enterStep(id, until) {
      const progress = await steps.enter(id, until);
      if (released) await steps.leave(id, null);
      else entered.add(id);
      return progress;
    },
    async leaveStep(id, progress) {
      entered.delete(id);
      await steps.leave(id, progress);
    },
    takeCounts: counters.take,
    settleCounts: counters.settle,
    async claim(refreshToken, claim) {
      const claimed = await ledger.claim(refreshToken, claim);
      if (claimed.kind === 'claimed') claims.set(claim.lease, refreshToken);
      return encoded(claimed);
    },
    async publish(refreshToken, answer) {
      claims.delete(answer.lease);
      return ledger.publish(refreshToken, answer);
    },
    async fail(refreshToken, { lease, failure }) {
      claims.delete(lease);
      const error = failure === null ? null : decodeFailure(failure);
      await ledger.fail(refreshToken, { lease, error });
    },
  };
  return {
    calls,
    async release() {
      released = true;
      for (const id of entered) await steps.leave(id, null);
      for (const [lease, refreshToken] of claims) {
        await ledger.fail(refreshToken, { lease, error: null });
      }
      if (holder !== null) await duty.release(holder);
    },
  };
}

function encoded(claimed: Awaited<ReturnType<Ledger['claim']>>): EncodedClaim {
  if (claimed.kind !== 'failed') return claimed;
  return { kind: 'failed', failure: encodeFailure(claimed.error) ?? '' };
}
