/** Failures on the way to the API, named here. All other codes are the API's own. */
export type TransportCode =
  /** No connection, or it broke. What a mutation began may be done. */
  | 'NETWORK'
  /** No answer within `timeoutMs`. What a mutation began may be done. */
  | 'TIMEOUT'
  /** The signal of the caller ended the call. */
  | 'ABORTED'
  /** An answer that is not GraphQL: a proxy's error page, a redirect, another server. */
  | 'NOT_GRAPHQL'
  /** GraphQL of an API that does not know this package's documents: another version. */
  | 'INCOMPATIBLE'
  /** The service's secret or token could not be read. */
  | 'SECRET_UNAVAILABLE';

/**
 * Codes in `errors[].extensions.code` of the API that callers act on. A newer API may send others.
 */
export type TopLevelCode =
  | 'CALLER_UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_INVALID'
  | 'BAD_REQUEST'
  | 'TOO_MANY_MUTATIONS'
  | 'UPSTREAM_UNAVAILABLE'
  | 'RATE_LIMITED'
  | 'INTERNAL';

/** Any code, with the known ones for completion. */
export type AccountApiErrorCode = TransportCode | TopLevelCode | (string & {});

export interface AccountApiErrorDetails {
  readonly operation: string;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** In words that hold nothing of what was sent. */
  readonly detail?: string | undefined;
}

const retryable: ReadonlySet<string> = new Set([
  'NETWORK',
  'TIMEOUT',
  'SECRET_UNAVAILABLE',
  'UPSTREAM_UNAVAILABLE',
  'RATE_LIMITED',
]);

/**
 * The API could not be asked, or refused the request as a whole. What a customer or Okta may refuse is
 * no error: it is a member of the result. Neither the message nor a property holds a token, a
 * password, an e-mail address or the failure of `fetch`.
 */
export class AccountApiError extends Error {
  override readonly name = 'AccountApiError';
  readonly code: AccountApiErrorCode;
  /** Name of the operation, such as `LogIn`. */
  readonly operation: string;
  /** HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  /** Names the request in the log of the API. */
  readonly requestId: string | undefined;
  /** Of `Retry-After` or of the error itself. */
  readonly retryAfterSeconds: number | undefined;
  /** Whether the same call may succeed later with nothing changed. */
  readonly retryable: boolean;

  constructor(code: AccountApiErrorCode, details: AccountApiErrorDetails) {
    const { operation, status, requestId, retryAfterSeconds, detail } = details;
    const facts = [
      ...(status === undefined ? [] : [`HTTP ${status}`]),
      ...(requestId === undefined ? [] : [`request ${requestId}`]),
    ];
    const suffix = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
    super(`${operation}: ${code}${suffix}${detail === undefined ? '' : `: ${detail}`}`);
    this.code = code;
    this.operation = operation;
    this.status = status;
    this.requestId = requestId;
    this.retryAfterSeconds = retryAfterSeconds;
    this.retryable = retryable.has(code) || (code === 'NOT_GRAPHQL' && (status ?? 0) >= 500);
  }
}
