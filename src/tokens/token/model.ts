import type { CallContext } from '../../identity/model.ts';

/**
 * LOCAL: signature, claims and the revocations known here, without a call to the issuer. CACHED: also a
 * recent introspection. INTROSPECT: also an introspection made for this verdict.
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
   * How it was checked in the end: INTROSPECT by an introspection for this verdict, CACHED by an earlier
   * one. A token that cannot be checked locally is introspected; an invalid one never is.
   */
  readonly checkedBy: Freshness;
  /** When it was checked; for an introspection, when that began. */
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
  /** Null if unknown, or if the token belongs to none. */
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
   * How many seconds a revocation can be old and yet be missing in this verdict. INTROSPECT: 0. CACHED:
   * the age of the introspection. LOCAL: the age of the token. The lag of the feed if that is shorter.
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
   * The greatest age of a revocation that was not delivered yet; null while the feed is down.
   */
  lagSeconds(): number | null;
}

export interface TokenVerifier {
  /**
   * The verdict if it needs no call; null otherwise: call `verify`. Never throws and never introspects;
   * it may refresh the keys in the background. Needs no `this`.
   */
  verifySync(token: string, options: VerifyOptions): Verdict | null;

  /**
   * Never throws for an invalid token. Throws UpstreamUnavailable when the verdict needs the issuer
   * (first keys, introspection, a recheck) and the issuer does not answer.
   * `from`: CUSTOMERS accepts tokens of users from accepted clients; SERVICES accepts tokens of any
   * client of the issuer, issued by client credentials.
   * `opaque`: whether a token that only the issuer can read is introspected, or is MALFORMED without a
   * call, for tokens from unauthenticated callers. Tokens of the org authorization server are always
   * introspected.
   */
  verify(token: string, options: VerifyOptions, context: CallContext): Promise<Verdict>;
}

export interface VerifyOptions {
  readonly freshness: Freshness;
  readonly from: 'CUSTOMERS' | 'SERVICES';
  readonly opaque: 'INTROSPECT' | 'REFUSE';
  /** PASS: accepts a token that is revoked but was valid, if that is known without a call. */
  readonly revoked?: 'PASS';
  /** For CACHED only: the greatest age of the introspection. Default: 30. */
  readonly maxAgeSeconds?: number;
}

/** Counts since the start of the process; sizes and calls in flight are current. */
export interface TokenStats {
  /** Tokens whose valid signature is cached. */
  readonly size: number;
  /** Checks answered from the cache, and those that had to verify the signature. */
  readonly hits: number;
  readonly misses: number;
  /** Hits on an invalid signature. */
  readonly negativeHits: number;
  /** Introspections in flight. */
  readonly inFlight: number;
  readonly introspections: number;
  /** Cached revocations. */
  readonly revocations: number;
  /** Tokens whose parsed claims are cached. */
  readonly readings: number;
  /** Tokens whose invalid signature is cached. */
  readonly forgeries: number;
  /** Tokens with a cached activity, and tokens with a whole cached answer of the issuer. */
  readonly introspected: number;
  readonly answers: number;
}

/** Whether CACHED takes `maxAgeSeconds`. */
export function isMaxAge(seconds: number): boolean {
  return seconds >= 1 && seconds <= 300;
}
