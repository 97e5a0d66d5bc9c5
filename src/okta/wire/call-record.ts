import type { OktaEndpoint } from './endpoints.ts';

/** What is logged of one exchange with Okta; a retry is a separate exchange. */
export interface OktaCallRecord {
  readonly endpoint: OktaEndpoint;
  /** Null where no whole answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  /** Okta's own id of the request: what Okta's support asks for. Known from the headers on. */
  readonly oktaRequestId: string | null;
  /** Ours. */
  readonly requestId: string;
  readonly rateLimit: RateLimit | null;
  /**
   * Okta's error code (`E0000004`, `invalid_grant`), the socket's (`ECONNRESET`), why we gave up
   * (`DEADLINE`, `ABORTED`), or UNEXPECTED_ANSWER: of another form or with other values than Okta's.
   */
  readonly failure: string | null;
  /** The places of members that were left out of a list, such as `profile.email`; each once. */
  readonly unreadable: readonly string[];
}

/** Of the bucket that owns the endpoint (X-Rate-Limit-*). */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Date;
}
