/**
 * Every call this adapter makes, by name. The names go to logs and metrics in place of URLs, which
 * may hold ids and, at `authorize`, a session token.
 */
export type OktaEndpoint =
  | 'authn'
  | 'authn/activation'
  | 'authn/credentials/change_password'
  | 'authn/credentials/reset_password'
  | 'authn/factors/activate'
  | 'authn/factors/enroll'
  | 'authn/factors/verify'
  | 'authn/previous'
  | 'authn/recovery/password'
  | 'authn/recovery/token'
  | 'authn/recovery/unlock'
  | 'authn/skip'
  | 'authorize'
  | 'challenge'
  | 'discovery'
  | 'introspect'
  | 'introspect/log-out'
  | 'keys'
  | 'logs/list'
  | 'meta/schemas/user'
  | 'policies/list'
  | 'myaccount/emails/challenge'
  | 'myaccount/emails/create'
  | 'myaccount/emails/list'
  | 'myaccount/emails/verify'
  | 'revoke'
  | 'token/authorization_code'
  | 'token/client_credentials'
  | 'token/mfa-oob'
  | 'token/mfa-otp'
  | 'token/password'
  | 'token/refresh_token'
  | 'users/activate'
  | 'users/clients/tokens/list'
  | 'users/clients/tokens/revoke'
  | 'users/create'
  | 'users/credentials/change_password'
  | 'users/delete'
  | 'users/factors/activate'
  | 'users/factors/enroll'
  | 'users/factors/list'
  | 'users/factors/remove'
  | 'users/get'
  | 'users/list'
  | 'users/reactivate'
  | 'users/reset_password'
  | 'users/sessions/revoke'
  | 'users/update';

/** What is logged of one exchange with Okta; a retry is a separate exchange. */
export interface OktaCall {
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
