import type { CallContext } from '../identity/model.ts';

/** LOCAL: signature and claims only, no network. INTROSPECT: the issuer is asked. */
export type Freshness = 'LOCAL' | 'INTROSPECT';

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
  /** The issuer says that it is not active: all there is to know of a token that only it can read. */
  | 'REVOKED';

interface Checked {
  /** How it was checked in the end; a token that cannot be verified locally is introspected. */
  readonly checkedBy: Freshness;
  readonly checkedAt: Date;
}

export interface ActiveToken extends Checked {
  readonly active: true;
  readonly subject: string;
  /** Okta's user id; null for a token of a client (client credentials). */
  readonly userId: string | null;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date;
  readonly claims: Readonly<Record<string, unknown>>;
  /** For how long this verdict may overlook a revocation: 0 when introspected, the rest of the token's life when local. */
  readonly revocationLagSeconds: number;
}

export interface InactiveToken extends Checked {
  readonly active: false;
  readonly reason: TokenInvalidReason;
}

export type Verdict = ActiveToken | InactiveToken;

export interface TokenVerifier {
  /**
   * Never throws for a bad token; throws UpstreamUnavailable where the answer needs the issuer
   * (first keys, introspection) and the issuer does not answer.
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
}
