import type { Config, OktaSettings, ServingSecrets } from '../config.ts';
import type { EmbeddedOkta } from '../embedded/handle.ts';
import type { LeaderLease } from '../events/poll-leader.ts';
import type { AccountEvent } from '../identity/account-event.ts';
import type { Counters } from '../limits/counters.ts';
import type { Snapshot } from '../metrics/snapshots.ts';
import type { Claim, Ledger } from '../refresh/ledger.ts';
import type { Notices } from '../setup/notices.ts';
import type { AttemptStore } from '../transactions/attempt-store.ts';

/** What a worker starts with; never by the environment or arguments, which others may read. */
export interface Boot {
  readonly config: Config & { readonly okta: OktaSettings };
  readonly secrets: ServingSecrets;
  /** Of the program's start, whatever replaces the secrets: all workers have to hash alike. */
  readonly hashingKey: Uint8Array;
  readonly seeded: EmbeddedOkta['seeded'] | null;
}

/**
 * What a worker asks of the primary. Arguments and results are copied from process to process by the
 * structured clone algorithm, which knows dates and bytes, and of errors not the class: failures
 * go encoded.
 */
export interface PrimaryCalls {
  boot(): Promise<Boot>;
  /** The worker serves. */
  ready(url: string): Promise<void>;
  /** The worker cannot start, and why. */
  failed(message: string): Promise<void>;

  /** Resolves when the primary, which accepts for all workers, has looked for connections again. */
  lookOut(): Promise<void>;

  /** The figures that the primary has asked for. */
  measured(round: number, figures: Snapshot): Promise<void>;

  /** For all other workers, and those that start later. */
  publishEvents(events: readonly AccountEvent[]): Promise<void>;
  /** The events published so far. */
  pastEvents(): Promise<readonly AccountEvent[]>;

  readonly takeDuty: LeaderLease['acquire'];
  readonly releaseDuty: LeaderLease['release'];

  readonly enterStep: AttemptStore['lock'];
  readonly leaveStep: AttemptStore['unlock'];

  readonly takeCounts: Counters['take'];
  readonly settleCounts: Counters['settle'];

  readonly postNotice: Notices['post'];
  readonly withdrawNotice: Notices['withdraw'];

  claim(...args: Parameters<Ledger['claim']>): Promise<EncodedClaim>;
  readonly publish: Ledger['publish'];
  fail(
    refreshToken: string,
    failure: { readonly lease: string; readonly failure: string | null },
  ): Promise<void>;
  readonly look: Ledger['look'];
  readonly end: Ledger['end'];
  readonly endSessions: Ledger['endSessions'];
  readonly isEnded: Ledger['isEnded'];
}

export type EncodedClaim =
  | Exclude<Claim, { readonly kind: 'failed' }>
  | { readonly kind: 'failed'; readonly failure: string };
