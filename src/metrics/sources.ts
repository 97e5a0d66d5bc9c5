type Figures = Readonly<Record<string, number>>;

/** Where figures are read that somebody keeps anyway: at each scrape, and at no other time. */
export interface Sources {
  readonly upstream: () => {
    /** What Okta counts together, by name. */
    readonly buckets: Readonly<Record<string, BucketFigures>>;
    readonly connections: {
      readonly limit: number;
      /** By lane. */
      readonly inUse: Figures;
      readonly waiting: Figures;
    };
  };
  readonly tokens: () => TokenFigures;
  /** Of the issuer. */
  readonly keys: () => KeyFigures;
  readonly profiles: () => ProfileFigures;
  /** Entries of what else is remembered, by name. */
  readonly cacheSizes: () => Figures;
  readonly refreshes: () => RefreshFigures;
  readonly events: () => {
    readonly published: number;
    /** By kind. */
    readonly heard: Figures;
  };
  /** Of Okta's, by type. */
  readonly oktaEvents: () => Figures;
  /** Null: nobody tells of revocations elsewhere, or nobody can. */
  readonly revocationLagSeconds: () => number | null;
  /** Epoch milliseconds. Null: Okta's System Log is not to be read. */
  readonly revocationsHeardUntil: () => number | null;
  readonly limits: () => {
    /** By kind. */
    readonly allowed: Figures;
    /** By kind and scope. */
    readonly refused: Readonly<Record<string, Figures>>;
  };
  /** Null: there is none. */
  readonly redisWorks: () => boolean | null;
}

interface BucketFigures {
  /** Null until Okta has told. */
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly inFlight: number;
  readonly circuit: string;
  /** By reason and lane. */
  readonly shed: Readonly<Record<string, Figures>>;
}

interface TokenFigures {
  readonly size: number;
  readonly hits: number;
  readonly misses: number;
  readonly negativeHits: number;
  readonly inFlight: number;
  readonly introspections: number;
  readonly revocations: number;
}

interface KeyFigures {
  readonly loads: number;
  readonly failedLoads: number;
  /** Null until they were loaded once. */
  readonly ageMs: number | null;
}

interface ProfileFigures {
  readonly entries: number;
  readonly bytes: number;
  readonly hits: number;
  readonly staleHits: number;
  readonly misses: number;
  readonly joined: number;
  readonly evictions: number;
  readonly batches: number;
  readonly failedBatches: number;
  readonly ids: number;
  readonly batchesInFlight: number;
  readonly queued: number;
}

interface RefreshFigures {
  readonly made: number;
  readonly replayed: number;
  readonly failed: number;
}
