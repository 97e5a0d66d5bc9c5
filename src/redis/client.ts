type Value = string | number;

/**
 * The Redis commands of this API, for a single server, Sentinel or a cluster. The keys of one call must
 * share a cluster slot. Every method throws as ioredis does.
 */
export interface RedisClient {
  eval(script: string, keyCount: number, ...keysAndValues: readonly Value[]): Promise<unknown>;
  mget(...keys: readonly string[]): Promise<(string | null)[]>;
  xread(
    ...args: readonly ['COUNT', number, 'BLOCK', number, 'STREAMS', string, string]
  ): Promise<unknown>;
}

/** With writes that a failover does not lose. */
export interface ReplicatedClient extends RedisClient {
  /** Like `eval`, but waits briefly until a replica has the writes, if there is one. */
  readonly evalReplicated: RedisClient['eval'];
}

/** A connection, or one to each node of a cluster. Reconnects by itself. */
export interface RedisConnection extends ReplicatedClient {
  /** ioredis puts it before every key. A hash tag with the whole name of a key needs it. */
  readonly keyPrefix: string;
  /** Resolves when the first attempt has succeeded or failed; later ones follow by themselves. */
  connect(): Promise<void>;
  /** Why it does not work now; null: it does, as far as is known. */
  failure(): Error | null;
  /**
   * Whether another server takes over after a failure: with Sentinel, a cluster, or replicas. It may lack
   * the last writes, since Redis replicates asynchronously.
   */
  canFailOver(): boolean;
  /** The listener is called when a lost connection works again, perhaps with another server. */
  onRestored(listener: () => void): void;
  disconnect(): void;
}
