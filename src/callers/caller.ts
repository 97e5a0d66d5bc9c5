import type { ActiveToken, TokenInvalidReason } from '../tokens/token/model.ts';

/** Who sent the request, from its `Authorization` header. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'service'; readonly id: string }
  | CustomerCaller
  | RejectedCaller;

export interface CustomerCaller {
  readonly kind: 'customer';
  readonly token: ActiveToken;
}

/** The credentials of the request are not accepted. */
export interface RejectedCaller {
  readonly kind: 'rejected';
  /** FORBIDDEN: the credentials are valid but do not allow this. */
  readonly code: 'CALLER_UNAUTHENTICATED' | 'FORBIDDEN' | 'TOKEN_EXPIRED' | 'TOKEN_INVALID';
  /** Only where a token was sent. */
  readonly reason?: TokenRefusal;
  /** Default: the message of the code. */
  readonly message?: string;
  /** The token of a customer that was valid until it was revoked. */
  readonly revoked?: ActiveToken;
}

/** The customer of the `X-Customer-Token` header. */
export type NamedCustomer = CustomerCaller | RejectedCaller;

/** Why a token did not suffice. Only for the log and the metrics. */
export type TokenRefusal =
  | TokenInvalidReason
  /** A valid token of an account that is deleted at Okta. */
  | 'ACCOUNT_NOT_FOUND'
  /** A valid token of an account that is suspended or deactivated. */
  | 'ACCOUNT_DISABLED'
  /** A valid token without a required scope. */
  | 'INSUFFICIENT_SCOPE';

/** Whether the credentials are valid, but not those of a service. */
export function isAuthenticatedNonService(caller: Caller): boolean {
  return caller.kind === 'customer' || (caller.kind === 'rejected' && caller.code === 'FORBIDDEN');
}
