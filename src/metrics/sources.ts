type Counts<Name extends string = string> = Readonly<Record<Name, number>>;

/**
 * Sources of figures that other parts keep anyway. They are read at each scrape, and at no other
 * time.
 */
export interface Sources {
  readonly upstream: () => {
    /** What Okta counts together, by name. */
    readonly buckets: Readonly<Record<string, BucketFigures>>;
    readonly connections: {
      readonly limit: number;
      /** By priority. */
      readonly inUse: Counts;
      readonly waiting: Counts;
    };
  };
  readonly tokens: () => TokenCounts;
  /** Of the issuer. */
  readonly keys: () => KeyFigures;
  readonly profiles: () => ProfileCounts;
  /** Entries of what else is remembered, by name. */
  readonly cacheSizes: () => Counts;
  /** Caches of GraphQL documents, by name. */
  readonly documents: () => Readonly<Record<string, Counts<'entries' | 'bytes'>>>;
  readonly refreshes: () => RefreshCounts;
  readonly events: () => {
    readonly published: number;
    /** By kind. */
    readonly received: Counts;
  };
  /** Of services that read the account events. */
  readonly eventStreams: () => {
    readonly readers: number;
    readonly sent: number;
    /** By reason. */
    readonly ended: Counts;
  };
  /** Of Okta's, by type. */
  readonly oktaEvents: () => Counts;
  /** Null: there is no source of revocations made elsewhere, or it cannot be reached. */
  readonly revocationLagSeconds: () => number | null;
  /** Epoch milliseconds. Null: Okta's System Log is not to be read. */
  readonly revocationsReceivedUntil: () => number | null;
  readonly limits: () => {
    /** By kind. */
    readonly allowed: Counts;
    /** By kind and scope. */
    readonly refused: Readonly<Record<string, Counts>>;
  };
  /** Null: there is none. */
  readonly redisWorks: () => boolean | null;
}

interface BucketFigures {
  /** Null until Okta has sent it. */
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly inFlight: number;
  readonly circuit: string;
  /** By reason and priority. */
  readonly shed: Readonly<Record<string, Counts>>;
}

type TokenCounts = Counts<
  'size' | 'hits' | 'misses' | 'negativeHits' | 'inFlight' | 'introspections' | 'revocations'
>;

interface KeyFigures {
  readonly loads: number;
  readonly failedLoads: number;
  /** Null until they were loaded once. */
  readonly ageMs: number | null;
}

type ProfileCounts = Counts<
  | 'entries'
  | 'bytes'
  | 'hits'
  | 'staleHits'
  | 'misses'
  | 'joined'
  | 'evictions'
  | 'batches'
  | 'failedBatches'
  | 'ids'
  | 'batchesInFlight'
  | 'queued'
>;

type RefreshCounts = Counts<'made' | 'replayed' | 'failed'>;
