import type { DutyBoard } from '../events/poll-leader.ts';

/** The board of one program's workers: a worker that ends has let go of it. */
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
