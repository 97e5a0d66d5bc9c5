import type { AccountEvent } from '../identity/account-event.ts';
import type { CallContext, User } from '../identity/model.ts';

/**
 * The accounts that the requests of this process read, kept for a short while. One read of an account
 * is in flight at a time, and reads of one moment share a call.
 */
export interface Profiles {
  /**
   * Unknown ids are absent from the map, and an id that could not be read has the error of its read in
   * its place. No answer is older than twice the TTL, or than the last `evict` of its id.
   * @throws the reason of the signal
   */
  find(ids: readonly string[], context: CallContext): Promise<ReadonlyMap<string, User | Error>>;
  /**
   * By a read that begins now: for what must not be decided on what was so a while ago.
   * @returns null for an unknown id
   * @throws as `IdentityProvider.findUsers`; UpstreamUnavailable where the account cannot be read
   */
  findFresh(id: string, context: CallContext): Promise<User | null>;
  /**
   * What `find` would answer without waiting: null where the account is known not to exist,
   * undefined where the provider has to be asked.
   */
  known(id: string): User | null | undefined;
  /** Later calls get the answer of a read that begins after this. */
  evict(userId: string): void;
  /** Evicts here at once, and in every other process that receives the event. */
  changed(userId: string): Promise<void>;
  /** For `AccountEventBus.subscribe`: whatever happens to an account may change what is kept of it. */
  apply(event: AccountEvent): void;
  stats(): ProfileStats;
  /** Resolves when nothing is being read, even for callers who have gone. */
  settled(): Promise<void>;
}

/** Counted since the start, where nothing else is said. */
export interface ProfileStats {
  /** Now. */
  readonly entries: number;
  /** Now, approximately. */
  readonly bytes: number;
  /** Answered by what is kept. */
  readonly hits: number;
  /** Of these, by what was older than the TTL. */
  readonly staleHits: number;
  /** Had to wait for the provider. */
  readonly misses: number;
  /** Of these, for a read that another had begun. */
  readonly joined: number;
  readonly evictions: number;
  /** Calls of the provider. */
  readonly batches: number;
  readonly failedBatches: number;
  /** Ids in all batches together. */
  readonly ids: number;
  /** Now. */
  readonly batchesInFlight: number;
  /** Ids that wait for their batch, now. */
  readonly queued: number;
}
