import type { TokenRefusal } from '../../callers/caller.ts';
import type { AccountError } from '../../identity/errors.ts';
import type { HttpResponse } from '../http/http-error.ts';
import type { RequestRecord } from '../observability/request-record.ts';
import { retryAfter } from './oauth-error.ts';

export interface RefusedToken {
  readonly status: 400 | 401 | 403;
  /** Null where there is no token. */
  readonly error: 'invalid_request' | 'invalid_token' | 'insufficient_scope' | null;
  readonly reason?: TokenRefusal;
  /** All that the request needs; only with `insufficient_scope`. */
  readonly scopes?: readonly string[];
}

/**
 * Answers a request whose bearer token does not suffice (RFC 6750 section 3), without a body. Why a
 * token is invalid is only for the log, except that it has expired.
 */
export function refuseBearer(record: RequestRecord, refused: RefusedToken): HttpResponse {
  const { status, error, reason, scopes } = refused;
  record.outcomes = [reason ?? error ?? 'CALLER_UNAUTHENTICATED'];
  if (error === 'insufficient_scope') record.noteTokenRefusal('INSUFFICIENT_SCOPE');
  else if (reason !== undefined) record.noteTokenRefusal(reason);
  const parameters = [
    'realm="customers"',
    error && `error="${error}"`,
    reason === 'EXPIRED' && 'error_description="The access token has expired."',
    scopes && `scope="${scopes.join(' ')}"`,
  ];
  const challenge = `Bearer ${parameters.filter(Boolean).join(', ')}`;
  // Another server may have read another request out of the same bytes.
  const close = status === 400 && { Connection: 'close' };
  return { status, headers: { 'WWW-Authenticate': challenge, ...close }, body: '' };
}

/** Answers a request for which Okta had to be asked and did not answer: 503, without a body. */
export function unavailable(record: RequestRecord, error: AccountError): HttpResponse {
  record.outcomes = [error.code];
  record.noteFailure(error);
  return { status: 503, headers: retryAfter(error), body: '' };
}
