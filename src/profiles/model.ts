import type { AccountEvent } from '../identity/account-event.ts';
import type { CallContext, User } from '../identity/model.ts';

/**
 * A short-lived cache of the accounts that requests of this process read. Only one read of an account is
 * in flight, and concurrent reads share a call.
 */
export interface Profiles {
  /**
   * Unknown ids are absent from the map; an id that could not be read maps to its error. No answer is
   * older than twice the TTL, or than the last `evict` of its id.
   * @throws the reason of the signal
   */
  find(ids: readonly string[], context: CallContext): Promise<ReadonlyMap<string, User | Error>>;
  /**
   * Starts a new read, for decisions that must not use a cached account.
   * @returns null for an unknown id
   * @throws as `IdentityProvider.findUsers`; UpstreamUnavailable if the account cannot be read
   */
  findFresh(id: string, context: CallContext): Promise<User | null>;
  /**
   * The answer of `find` from the cache: null if the account does not exist, undefined if the provider
   * has to be called.
   */
  findSync(id: string): User | null | undefined;
  /** Later calls get the answer of a read that starts after this. */
  evict(userId: string): void;
  /** Evicts here at once, and in every other process that receives the event. */
  changed(userId: string): Promise<void>;
  /** For `AccountEventBus.subscribe`: evicts the accounts that an event concerns. */
  apply(event: AccountEvent): void;
  stats(): ProfileStats;
  /** Resolves when no read is in flight, including those whose callers are gone. */
  settled(): Promise<void>;
}

/** Since the start, unless stated otherwise. */
export interface ProfileStats {
  /** Now. */
  readonly entries: number;
  /** Now, approximately. */
  readonly bytes: number;
  /** Answered from the cache. */
  readonly hits: number;
  /** Those of them that were older than the TTL. */
  readonly staleHits: number;
  /** Had to wait for the provider. */
  readonly misses: number;
  /** Those of them that joined a read in flight. */
  readonly joined: number;
  readonly evictions: number;
  /** Calls of the provider. */
  readonly batches: number;
  readonly failedBatches: number;
  /** Ids in all batches together. */
  readonly ids: number;
  /** Now. */
  readonly batchesInFlight: number;
  /** Ids that are waiting for their batch, now. */
  readonly queued: number;
}
