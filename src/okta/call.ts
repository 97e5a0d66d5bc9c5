/**
 * Every call this adapter makes, by name. The names go to logs and metrics in place of URLs, which
 * may hold ids and, at `authorize`, a session token.
 */
export type OktaEndpoint =
  | 'authn'
  | 'authn/credentials/change_password'
  | 'authn/credentials/reset_password'
  | 'authn/recovery/password'
  | 'authn/recovery/token'
  | 'authorize'
  | 'introspect'
  | 'keys'
  | 'revoke'
  | 'token/authorization_code'
  | 'token/client_credentials'
  | 'token/password'
  | 'token/refresh_token'
  | 'users/create'
  | 'users/list'
  | 'users/sessions/revoke';

/** What the log gets to know of one exchange with Okta; a retry is an exchange of its own. */
export interface OktaCall {
  readonly endpoint: OktaEndpoint;
  /** Null where no answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  /** Okta's own id of the request: what Okta's support asks for. */
  readonly oktaRequestId: string | null;
  /** Ours. */
  readonly requestId: string;
  readonly rateLimit: RateLimit | null;
  /** Okta's error code (`E0000004`, `invalid_grant`), the socket's (`ECONNRESET`), or why we gave up. */
  readonly failure: string | null;
}

/** Of the bucket that owns the endpoint (X-Rate-Limit-*). */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Date;
}
