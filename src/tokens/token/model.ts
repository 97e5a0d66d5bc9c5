import type { CallContext } from '../../identity/model.ts';

/**
 * LOCAL: signature, claims and the revocations that are known here, without asking the issuer.
 * CACHED: an introspection not long ago as well. INTROSPECT: an introspection now as well.
 */
export type Freshness = 'LOCAL' | 'CACHED' | 'INTROSPECT';

export type TokenInvalidReason =
  /** Not a token, or one such as Okta never issues: spelt in another way, or valid for more than a day. */
  | 'MALFORMED'
  | 'UNSUPPORTED_ALGORITHM'
  | 'UNKNOWN_KEY'
  | 'BAD_SIGNATURE'
  /** An ID, refresh or DPoP-bound token; where a service is asked for, a customer's token. */
  | 'WRONG_TYPE'
  | 'WRONG_ISSUER'
  | 'WRONG_AUDIENCE'
  | 'WRONG_CLIENT'
  /** A claim is missing, or is not of its type. */
  | 'MISSING_CLAIM'
  | 'NOT_YET_VALID'
  | 'EXPIRED'
  /** It is known to be revoked; or the issuer says that it is not active, without a reason. */
  | 'REVOKED';

interface Checked {
  /**
   * How it was checked in the end: INTROSPECT by asking the issuer for this very verdict, CACHED by
   * an answer from before. What cannot be decided locally is introspected; a bad token never is.
   */
  readonly checkedBy: Freshness;
  /** When: of an introspection, when it began. */
  readonly checkedAt: Date;
}

export interface ActiveToken extends Checked {
  readonly active: true;
  readonly subject: string;
  /** Okta's user id; null for a token of a client (client credentials). */
  readonly userId: string | null;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly issuer: string;
  readonly audience: readonly string[];
  /** `jti`; null where the issuer gives none. */
  readonly tokenId: string | null;
  /** Null: unknown, or it is of none. */
  readonly sessionId: string | null;
  /** Null where the issuer does not say. */
  readonly issuedAt: Date | null;
  readonly expiresAt: Date;
  /**
   * All claims, parsed on demand, since most callers do not need them. Not a getter: V8 gives each
   * object literal with a getter its own hidden class, which slows down everything that reads a
   * verdict.
   */
  readonly claims: () => Readonly<Record<string, unknown>>;
  /**
   * From how many seconds back this verdict may overlook a revocation. INTROSPECT: 0. CACHED: the age of
   * the answer. LOCAL: the age of the token. The lag of the feed of revocations where that is shorter.
   */
  readonly revocationLagSeconds: number;
}

export interface InactiveToken extends Checked {
  readonly active: false;
  readonly reason: TokenInvalidReason;
}

export type Verdict = ActiveToken | InactiveToken;

/** The source of revocations that were made elsewhere. */
export interface RevocationFeed {
  /**
   * The greatest age of a revocation that it may not have delivered yet; null while it delivers none.
   */
  lagSeconds(): number | null;
}

export interface TokenVerifier {
  /**
   * The verdict where it takes no waiting; null: ask `verify`. Never throws, and never asks the issuer
   * about a token; its keys it may refresh behind the answer. Needs no `this`.
   */
  known(token: string, options: VerifyOptions): Verdict | null;

  /**
   * Never throws for a bad token; throws UpstreamUnavailable where the answer needs the issuer
   * (first keys, introspection, a doubt) and the issuer does not answer.
   * `from` says whose tokens count: CUSTOMERS, those of a user from an accepted client;
   * SERVICES, those of any client of the issuer that got its token by client credentials.
   * `opaque` says what becomes of a string that only the issuer could read: it is asked, or, where
   * anyone at all may send one, the string is MALFORMED and costs no call. The org authorization
   * server is asked either way.
   */
  verify(token: string, options: VerifyOptions, context: CallContext): Promise<Verdict>;
}

export interface VerifyOptions {
  readonly freshness: Freshness;
  readonly from: 'CUSTOMERS' | 'SERVICES';
  readonly opaque: 'INTROSPECT' | 'REFUSE';
  /** PASS: a token counts that was good before it was revoked, where that is known without the issuer. */
  readonly revoked?: 'PASS';
  /** For CACHED alone: how long ago the issuer may have been asked. Default: 30. */
  readonly maxAgeSeconds?: number;
}

/** Of one verifier, since it was made; sizes and what is under way are those of now. */
export interface TokenStats {
  /** Tokens whose good signature is remembered. */
  readonly size: number;
  /** Looks at a token that took no check of its signature, and those that did. */
  readonly hits: number;
  readonly misses: number;
  /** Of the hits, those on a signature that was bad. */
  readonly negativeHits: number;
  /** Introspections that are under way. */
  readonly inFlight: number;
  readonly introspections: number;
  /** Revocations that are remembered. */
  readonly revocations: number;
  /** Tokens whose claims are kept as they were read. */
  readonly readings: number;
  /** Tokens whose bad signature is remembered. */
  readonly forgeries: number;
  /** Tokens with a cached activity, and tokens with a whole cached answer of the issuer. */
  readonly introspected: number;
  readonly answers: number;
}
