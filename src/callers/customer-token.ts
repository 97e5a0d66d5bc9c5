import { andThen, type PromiseOrValue } from '../async/maybe-promise.ts';
import type {
  Caller,
  IncomingRequest,
  NamedCustomer,
  RejectedCaller,
  Shared,
} from '../graphql/base/context.ts';
import { orTopLevelError } from '../graphql/base/top-level-errors.ts';
import { callFor } from './call-context.ts';
import { customerOfToken } from './identify-caller.ts';

/**
 * Identifies the customer of `X-Customer-Token`. The header is read only from a service. From anyone
 * else the token is not checked, so the answer shows nothing about it.
 * @throws GraphQLError UPSTREAM_UNAVAILABLE, RATE_LIMITED where the token cannot be checked now
 */
export function identifyCustomer(
  header: string,
  request: IncomingRequest,
  known: { readonly caller: () => PromiseOrValue<Caller>; readonly shared: Shared },
): PromiseOrValue<NamedCustomer> {
  return andThen(known.caller(), (caller) => {
    if (caller.kind !== 'service') return notOfService(caller);
    // The check serves many requests, so it is made for no shopper.
    const call = callFor(request, null);
    const client = request.shopper?.clientIp ?? null;
    return orTopLevelError(
      customerOfToken(tokenIn(header), { shared: known.shared, call, client }),
    );
  });
}

/** With or without `Bearer`: a router that renames the `Authorization` header keeps it. */
function tokenIn(header: string): string {
  return header.replace(/^bearer +/i, '');
}

/** Never TOKEN_EXPIRED or TOKEN_INVALID: with these a frontend would refresh the customer's session. */
function notOfService(caller: Exclude<Caller, { kind: 'service' }>): RejectedCaller {
  const isGood =
    caller.kind === 'customer' || (caller.kind === 'rejected' && caller.code === 'FORBIDDEN');
  return {
    kind: 'rejected',
    code: isGood ? 'FORBIDDEN' : 'CALLER_UNAUTHENTICATED',
    message: 'X-Customer-Token is for services: the Authorization header has to be of one.',
  };
}
