import { type AccountError, RateLimited } from '../../identity/errors.ts';
import { type HttpResponse, jsonResponse } from '../http/http-error.ts';

/** Where the duration is unknown. */
const defaultWaitSeconds = 1;

/** For a request that needed an answer of Okta's and got none. */
export function retryAfter(error: AccountError): Readonly<Record<string, string>> {
  const seconds = error instanceof RateLimited ? error.retryAfterSeconds : defaultWaitSeconds;
  return { 'Retry-After': `${seconds}` };
}

/** RFC 6749 section 5.2, RFC 6750 section 3.1, and for the last one RFC 6749 section 4.1.2.1. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'temporarily_unavailable';

/** RFC 6749 section 5.2. */
export function oauthErrorResponse({ status, error, message, headers }: OAuthError): HttpResponse {
  return jsonResponse(status, { error, error_description: message }, headers);
}

/** For a request that needed an answer of Okta's and got none. */
export function unavailable(error: AccountError): OAuthError {
  return new OAuthError(503, 'temporarily_unavailable', error.message, retryAfter(error));
}

/** Ends a request as OAuth endpoints do. The message is a fixed text: nothing sent is in it. */
export class OAuthError extends Error {
  readonly status: number;
  readonly error: OAuthErrorCode;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    error: OAuthErrorCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.error = error;
    this.headers = headers;
  }
}
