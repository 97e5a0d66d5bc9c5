import { maxAccessTokenSeconds } from '../identity/access-token.ts';
import type { AccountEvent } from '../identity/account-event.ts';

export const keptMs = maxAccessTokenSeconds * 1000;

export type OnAccountEvent = (event: AccountEvent) => void;

/**
 * How far a process hears: `local`, itself alone, since there is nobody else; `shared`, all that
 * work together; `cut off`, itself alone, since it does not reach the others.
 */
export type Reach = 'local' | 'shared' | 'cut off';

/** Where account events are told and heard, in this process or in all that work together. */
export interface AccountEvents {
  /** Resolves when every listener of this process has heard; other processes hear soon after. */
  publish(events: readonly AccountEvent[]): Promise<void>;
  /** Hears every event of every process, this one included, each at least once. */
  subscribe(listener: OnAccountEvent): void;
  /**
   * Resolves when the listeners have heard what was told in the last 24 hours, which is as long as
   * a token can live, or when nobody is there who could tell; then it is told as soon as somebody is.
   */
  start(): Promise<void>;
  reach(): Reach;
  close(): Promise<void>;
}
