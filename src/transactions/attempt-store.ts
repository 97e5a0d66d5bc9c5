import type { SentMessages } from './message-limit.ts';

/** What has happened in one step. A step has one id and may have several handles. */
export interface AttemptState {
  failures: number;
  readonly sends: SentMessages;
  /** No further attempt is allowed. */
  usedUp: boolean;
  /** When the last handle expires, epoch milliseconds. */
  expiresAt: number;
}

/** The attempts at each step, for all processes that can open each other's handles. */
export interface AttemptStore {
  /**
   * Resolves when all earlier attempts at this step have unlocked it, so that no two attempts run at
   * the same time and both find the step unused.
   * @param expiresAt when the handle expires, epoch milliseconds
   */
  lock(id: string, expiresAt: number): Promise<AttemptState>;
  /** @param state the new state; null leaves it unchanged */
  unlock(id: string, state: AttemptState | null): Promise<void>;
}
