import { randomUUID } from 'node:crypto';
import type { BusStatus } from './bus.ts';

/** Elects the process that polls, by a lease. Every method throws when the store is unreachable. */
export interface LeaderLease {
  /**
   * Takes or renews the lease.
   * @param claim.leaseMs after this time without renewal another process may take the lease
   * @returns whether the caller holds the lease
   */
  acquire(claim: { readonly holder: string; readonly leaseMs: number }): Promise<boolean>;
  /** Lets the next process take the lease without waiting for it to expire. */
  release(holder: string): Promise<void>;
}

export interface PollLeader {
  /** Call before each poll, and while polling is paused. Also true when the others are unreachable. */
  isLeader(): Promise<boolean>;
  /** Releases the lease. */
  stop(): Promise<void>;
}

/**
 * One process polls for all processes that share their events.
 * @param options.lease null when this is the only process
 * @param options.everyMs time between two polls
 * @param options.callTimeoutMs the longest duration of one poll
 */
export function createPollLeader({
  lease,
  status,
  everyMs,
  callTimeoutMs,
}: {
  readonly lease: LeaderLease | null;
  readonly status: () => BusStatus;
  readonly everyMs: number;
  readonly callTimeoutMs: number;
}): PollLeader {
  const holder = randomUUID();
  // Enough for a slow call and two missed renewals.
  const leaseMs = callTimeoutMs + 3 * everyMs;
  return {
    async isLeader() {
      if (lease === null || status() === 'disconnected') return true;
      return lease.acquire({ holder, leaseMs }).catch(() => true);
    },
    async stop() {
      await lease?.release(holder).catch(() => undefined);
    },
  };
}
