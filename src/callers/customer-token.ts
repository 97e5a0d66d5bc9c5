import { andThen, type PromiseOrValue } from '../async/maybe-promise.ts';
import {
  type Caller,
  isAuthenticatedNonService,
  type NamedCustomer,
  type RejectedCaller,
} from './caller.ts';
import { customerOfToken } from './identify-caller.ts';
import { callFor, type IncomingRequest } from './incoming-request.ts';
import type { Authentication } from './verify-unauthenticated.ts';

/**
 * Identifies the customer of `X-Customer-Token`. The header is read only from a service. From any other
 * caller the token is not checked, so the answer shows nothing about it.
 * @throws UpstreamUnavailable, RateLimited where the token cannot be checked now
 */
export function identifyCustomer(
  header: string,
  request: IncomingRequest,
  known: { readonly caller: () => PromiseOrValue<Caller>; readonly shared: Authentication },
): PromiseOrValue<NamedCustomer> {
  return andThen(known.caller(), (caller) => {
    if (caller.kind !== 'service') return rejectedBecause(caller);
    // The check serves many requests, so it is made for no shopper.
    const call = callFor(request, null);
    const client = request.shopper?.clientIp ?? null;
    return customerOfToken(tokenIn(header), { shared: known.shared, call, client });
  });
}

/** With or without `Bearer`: a router that renames the `Authorization` header keeps it. */
function tokenIn(header: string): string {
  return header.replace(/^bearer +/i, '');
}

/** Never TOKEN_EXPIRED or TOKEN_INVALID: with these a frontend would refresh the customer's session. */
function rejectedBecause(caller: Caller): RejectedCaller {
  return {
    kind: 'rejected',
    code: isAuthenticatedNonService(caller) ? 'FORBIDDEN' : 'CALLER_UNAUTHENTICATED',
    message: 'X-Customer-Token is for services: the Authorization header has to be of one.',
  };
}
