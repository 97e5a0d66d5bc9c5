import type { EventHistory } from '../events/history.ts';
import type { LeaderLease } from '../events/poll-leader.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import type { Counters } from '../limits/counters.ts';
import { decodeFailure, encodeFailure } from '../refresh/failures.ts';
import type { Ledger } from '../refresh/ledger.ts';
import type { Notices } from '../setup/notices.ts';
import type { AttemptStore } from '../transactions/attempt-store.ts';
import type { EncodedClaim, PrimaryCalls } from './primary-api.ts';

/** What the primary keeps for all of its workers. */
export interface Kept {
  readonly events: EventHistory;
  readonly ledger: Ledger;
  readonly duty: LeaderLease;
  readonly steps: AttemptStore;
  readonly counters: Counters;
  readonly notices: Notices;
}

type KeptCalls = Omit<PrimaryCalls, 'boot' | 'ready' | 'failed' | 'lookOut' | 'measured'>;

export interface Keeper {
  readonly calls: KeptCalls;
  /** The worker has ended: what it held goes to the others. */
  release(): Promise<void>;
}

/** What one worker may ask for. @param broadcast to all other workers */
export function createKeeper(
  { events, ledger, duty, steps, counters, notices }: Kept,
  broadcast: (events: readonly AccountEvent[]) => void,
): Keeper {
  const claims = keepClaims(ledger);
  const entered = keepSteps(steps);
  let holder: string | null = null;

  return {
    calls: {
      ...ledger,
      ...claims.calls,
      ...entered.calls,
      async publishEvents(published) {
        events.add(published);
        broadcast(published);
      },
      pastEvents: async () => events.all(),
      async takeDuty(claim) {
        holder = claim.holder;
        return duty.acquire(claim);
      },
      releaseDuty: (given) => duty.release(given),
      takeCounts: counters.take,
      settleCounts: counters.settle,
      postNotice: notices.post,
      withdrawNotice: notices.withdraw,
    },
    async release() {
      await entered.release();
      await claims.release();
      if (holder !== null) await duty.release(holder);
    },
  };
}

/** A part of what a worker may ask for, and holds until it says so or ends. */
interface Held<Call extends keyof KeptCalls> {
  readonly calls: Pick<KeptCalls, Call>;
  release(): Promise<void>;
}

/** The steps that the worker tries. */
function keepSteps(steps: AttemptStore): Held<'enterStep' | 'leaveStep'> {
  const entered = new Set<string>();
  let released = false;
  return {
    calls: {
      async enterStep(id, until) {
        const progress = await steps.lock(id, until);
        if (released) await steps.unlock(id, null);
        else entered.add(id);
        return progress;
      },
      async leaveStep(id, progress) {
        entered.delete(id);
        await steps.unlock(id, progress);
      },
    },
    async release() {
      released = true;
      for (const id of entered) await steps.unlock(id, null);
    },
  };
}

/** The refresh tokens that the worker has claimed. */
function keepClaims(ledger: Ledger): Held<'claim' | 'publish' | 'fail'> {
  /** By the lease of the claim. */
  const claims = new Map<string, string>();
  return {
    calls: {
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
    },
    async release() {
      for (const [lease, refreshToken] of claims) {
        await ledger.fail(refreshToken, { lease, error: null });
      }
    },
  };
}

function encoded(claimed: Awaited<ReturnType<Ledger['claim']>>): EncodedClaim {
  if (claimed.kind !== 'failed') return claimed;
  return { kind: 'failed', failure: encodeFailure(claimed.error) ?? '' };
}
