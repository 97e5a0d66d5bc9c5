import type { Sends } from './message-limit.ts';

/** What has become of a step; it has one id and may have several handles. */
export interface Progress {
  failures: number;
  readonly sends: Sends;
  over: boolean;
  /** End of the last handle, epoch milliseconds. */
  until: number;
}

/** What has become of steps, for all that open each other's handles. */
export interface StepBook {
  /**
   * Resolves when everyone who came before has left: one after the other, so that no two attempts at
   * the same time both find the step open.
   * @param until when the handle ends, epoch milliseconds
   */
  enter(id: string, until: number): Promise<Progress>;
  /** @param progress null: as it was */
  leave(id: string, progress: Progress | null): Promise<void>;
}
