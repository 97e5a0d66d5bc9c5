import type { AccountApiUnavailable } from './api/unavailable.ts';
import type { Customer } from './customer.ts';

/** Why a request was refused; for logs and developers. */
export type RefusalReason =
  /** The request has no bearer token. */
  | 'NO_TOKEN'
  /** The token is good, but lacks a scope of the route. */
  | 'INSUFFICIENT_SCOPE'
  /** The account API could not be asked: nothing is known about the token. */
  | 'UNAVAILABLE'
  /** What the API says of the token. */
  | 'MALFORMED'
  | 'UNSUPPORTED_ALGORITHM'
  | 'UNKNOWN_KEY'
  | 'BAD_SIGNATURE'
  | 'WRONG_TYPE'
  | 'WRONG_ISSUER'
  | 'WRONG_AUDIENCE'
  | 'WRONG_CLIENT'
  | 'MISSING_CLAIM'
  | 'NOT_YET_VALID'
  | 'EXPIRED'
  | 'REVOKED'
  /** A reason of a later API. */
  | (string & {});

export interface Authenticated {
  readonly ok: true;
  readonly customer: Customer;
}

export interface Refused {
  readonly ok: false;
  /** 401: log in again. 403: the token lacks a scope. 503: try again; never a reason to log out. */
  readonly status: 401 | 403 | 503;
  readonly reason: RefusalReason;
  /** For people; the same for every token. */
  readonly message: string;
  /** For the response: `WWW-Authenticate` (RFC 6750 section 3) or `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;
}

export type Result = Authenticated | Refused;

/** What frameworks take for an HTTP error: the refusal as something to throw. It carries no token. */
export class AuthenticationRefused extends Error {
  override readonly name = 'AuthenticationRefused';
  readonly status: Refused['status'];
  readonly statusCode: Refused['status'];
  readonly reason: RefusalReason;
  readonly headers: Refused['headers'];
  /** Frameworks may show the message to the caller. */
  readonly expose = true;

  constructor({ status, reason, message, headers }: Refused) {
    super(message);
    this.status = status;
    this.statusCode = status;
    this.reason = reason;
    this.headers = headers;
  }
}

export function noToken(realm: string): Refused {
  const message = 'The request has no bearer token.';
  // Without an error code (RFC 6750 section 3.1).
  return { ...unauthorized('NO_TOKEN', message), headers: challenge(realm, []) };
}

export function invalidToken(realm: string, reason: RefusalReason): Refused {
  const message =
    reason === 'EXPIRED' ? 'The access token has expired.' : 'The access token is not valid.';
  const members = ['error="invalid_token"', `error_description="${message}"`];
  return { ...unauthorized(reason, message), headers: challenge(realm, members) };
}

/**
 * For a route that needs more than the router which has authenticated.
 * @returns null where the customer's token has all scopes
 */
export function requireScopes(
  customer: Customer | undefined,
  scopes: readonly string[],
): Refused | null {
  const hasAll = scopes.every((scope) => customer?.scopes.includes(scope));
  return hasAll ? null : insufficientScope(scopes);
}

function insufficientScope(scopes: readonly string[]): Refused {
  const challenge = `Bearer error="insufficient_scope", scope="${scopes.join(' ')}"`;
  return {
    ok: false,
    status: 403,
    reason: 'INSUFFICIENT_SCOPE',
    message: 'The access token lacks a scope.',
    headers: { 'WWW-Authenticate': challenge },
  };
}

export function unavailable({ headers }: AccountApiUnavailable): Refused {
  return {
    ok: false,
    status: 503,
    reason: 'UNAVAILABLE',
    message: 'The access token cannot be checked now.',
    headers,
  };
}

function unauthorized(reason: RefusalReason, message: string) {
  return { ok: false, status: 401, reason, message } as const;
}

function challenge(realm: string, members: readonly string[]): Refused['headers'] {
  return { 'WWW-Authenticate': [`Bearer realm="${realm}"`, ...members].join(', ') };
}
