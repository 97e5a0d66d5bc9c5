/**
 * Known clients of an account; the oldest are evicted. Log-ins from ever new addresses or devices only
 * evict those of the same account.
 */
export const knownClientsPerAccount = 10;

/** A limit to count against: `burst` at once, then one every `everyMs`. */
export interface Count {
  /** The rule and a keyed hash, so it does not reveal whom it counts. */
  readonly key: string;
  readonly burst: number;
  readonly everyMs: number;
  /** Does not apply to a known client of the account. */
  readonly unknownClientsOnly: boolean;
}

/** A client from which the owner of the account has logged in. Both are keyed hashes. */
export interface KnownClient {
  readonly account: string;
  readonly client: string;
}

export interface Take {
  readonly counts: readonly Count[];
  readonly knownClients: readonly KnownClient[];
}

export interface Full {
  /** In `counts`, of the one with the longest wait. */
  readonly index: number;
  readonly waitMs: number;
}

export interface Settlement {
  /** Counts to refund. */
  readonly back: readonly Count[];
  /** Keys of counts to reset. */
  readonly forget: readonly string[];
  readonly knownClients: readonly KnownClient[];
  /** How long the clients stay known. */
  readonly knownClientMs: number;
}

/**
 * Rate limiting by GCRA: any span of time allows at most `burst`, plus one for every `everyMs` in it.
 */
export interface Counters {
  /**
   * Counts against all limits or none. Otherwise attempts of one client that its own limit refuses could
   * use up the limit of the account and lock out its owner.
   * @returns null if all limits allow it
   */
  take(take: Take): Promise<Full | null>;
  settle(settlement: Settlement): Promise<void>;
}
