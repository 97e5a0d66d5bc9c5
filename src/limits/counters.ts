/**
 * The oldest go first: who logs in to one account from ever new addresses or devices pushes out marks
 * of that account alone.
 */
export const marksPerAccount = 10;

/** One count to be taken: `burst` at once, and then one every `everyMs`. */
export interface Count {
  /** A keyed hash, which does not reveal whose it is. */
  readonly key: string;
  readonly burst: number;
  readonly everyMs: number;
  /** Left out where one of the `marks` of the take is set. */
  readonly strangersOnly: boolean;
}

/** By this client the owner of the account is known again. Both are keyed hashes. */
export interface Mark {
  readonly account: string;
  readonly client: string;
}

export interface Take {
  readonly counts: readonly Count[];
  readonly marks: readonly Mark[];
}

export interface Full {
  /** Of the count with the longest wait, in `counts`. */
  readonly index: number;
  readonly waitMs: number;
}

export interface Settlement {
  /** Counts to give back. */
  readonly back: readonly Count[];
  /** Keys of counts that begin anew. */
  readonly forget: readonly string[];
  readonly marks: readonly Mark[];
  /** How long the marks stay. */
  readonly markMs: number;
}

/**
 * Counts that leak away as time goes by (GCRA): of any span of time, `burst` and one for every
 * `everyMs` of it are the most that is let through, wherever the span begins.
 */
export interface Counters {
  /**
   * All of them or none: what one limit refuses must not use up another, or the tries of one client,
   * refused long since, would shut an account to everyone.
   * @returns null where each had room
   */
  take(take: Take): Promise<Full | null>;
  settle(settlement: Settlement): Promise<void>;
}
