import { randomUUID } from 'node:crypto';
import type { Reach } from './bus.ts';

/** The poll leadership among the workers of one program: a worker that ends has released it. */
export function createLocalDuty(): DutyBoard {
  let on: string | null = null;
  return {
    async take({ holder }) {
      on ??= holder;
      return on === holder;
    },
    async release(holder) {
      if (on === holder) on = null;
    },
  };
}

/** Where processes agree which of them polls. Every method throws where the board is out of reach. */
export interface DutyBoard {
  /**
   * @param claim.leaseMs how long a holder may be silent; boards that see holders end need it not
   * @returns whether the duty is the caller's, now or still
   */
  take(claim: { readonly holder: string; readonly leaseMs: number }): Promise<boolean>;
  /** So that the next one need not wait until the holder counts as gone. */
  release(holder: string): Promise<void>;
}

export interface PollDuty {
  /** Ask before each call, and while none may be made. True too where this process reaches no other. */
  shouldPoll(): Promise<boolean>;
  /** Leaves the duty to another. */
  stop(): Promise<void>;
}

/**
 * One process polls for all processes that share their events.
 * @param options.board null: this process is alone
 * @param options.everyMs how often it asks, between calls
 * @param options.callTimeoutMs how long a call may take
 */
export function createPollDuty({
  board,
  reach,
  everyMs,
  callTimeoutMs,
}: {
  readonly board: DutyBoard | null;
  readonly reach: () => Reach;
  readonly everyMs: number;
  readonly callTimeoutMs: number;
}): PollDuty {
  const holder = randomUUID();
  // A call may be slow, and a round may be missed.
  const leaseMs = callTimeoutMs + 3 * everyMs;
  return {
    async shouldPoll() {
      if (board === null || reach() === 'cut off') return true;
      return board.take({ holder, leaseMs }).catch(() => true);
    },
    async stop() {
      await board?.release(holder).catch(() => undefined);
    },
  };
}
