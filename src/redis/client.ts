type Value = string | number;

/**
 * The commands that the API sends, to one server, to the master that sentinels name, or to a cluster.
 * The keys of one call have to share a slot of a cluster. Every method throws what ioredis throws.
 */
export interface RedisClient {
  eval(script: string, keyCount: number, ...keysAndValues: readonly Value[]): Promise<unknown>;
  mget(...keys: readonly string[]): Promise<(string | null)[]>;
  set(key: string, value: string, unit: 'PX', milliseconds: number): Promise<unknown>;
  xread(
    ...args: readonly ['COUNT', number, 'BLOCK', number, 'STREAMS', string, string]
  ): Promise<unknown>;
}

/** A connection, or one to each node of a cluster, which is established again when it is lost. */
export interface RedisConnection extends RedisClient {
  /** Resolves when the first attempt has succeeded or failed; later ones follow by themselves. */
  connect(): Promise<void>;
  isReady(): boolean;
  /**
   * Whether another server takes over when one fails: with Sentinel, a cluster, or replicas. It may
   * lack the last writes, since Redis replicates asynchronously.
   */
  canFailOver(): boolean;
  /** As `eval`, and waits briefly until a replica has the writes, if there is one. */
  evalReplicated: RedisClient['eval'];
  /** The listener is called when a lost connection works again, perhaps with another server. */
  onRestored(listener: () => void): void;
  disconnect(): void;
}
