import type { OktaEndpoint } from './endpoints.ts';

/** The log record of one exchange with Okta. A retry has its own record. */
export interface OktaCallRecord {
  readonly endpoint: OktaEndpoint;
  /** Null if no complete answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  /** Okta's own id of the request, which its support asks for. Known once the headers have arrived. */
  readonly oktaRequestId: string | null;
  /** Our own id of the request. */
  readonly requestId: string;
  readonly rateLimit: RateLimit | null;
  /**
   * Okta's error code (`E0000004`, `invalid_grant`), the socket's (`ECONNRESET`), why we gave up
   * (`DEADLINE`, `ABORTED`), or UNEXPECTED_ANSWER for an answer that Okta does not document.
   */
  readonly failure: string | null;
  /** The places of parts that were left out as unreadable, such as `profile.email`; each once. */
  readonly unreadable: readonly string[];
}

/** The state of the endpoint's bucket (X-Rate-Limit-*). */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Date;
}
