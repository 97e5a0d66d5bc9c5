import { andThen, orElse, type PromiseOrValue } from '../async/maybe-promise.ts';
import type { Caller } from '../callers/caller.ts';
import { identifyCustomer } from '../callers/customer-token.ts';
import { identifyCaller } from '../callers/identify-caller.ts';
import { callFor } from '../callers/incoming-request.ts';
import { shopperOf } from '../callers/shopper.ts';
import type { Shopper } from '../identity/model.ts';
import type { Context, ObservedRequest, Shared } from './base/context.ts';
import { throwTopLevel } from './base/top-level-errors.ts';
import { createUserLoader } from './user-loader.ts';

/** One per request: the loader and the caller must not outlive it. */
export function createContext(shared: Shared, request: ObservedRequest): PromiseOrValue<Context> {
  const { authorization, customerToken, record } = request;
  const caller = checkedOnce<Caller>(
    // Whose shopper it is depends on the answer, so the check itself is made for none.
    () => identifyCaller(authorization, shared, callFor(request, null)),
    (found) => record.noteCaller(found),
  );
  const customer =
    customerToken === null
      ? caller
      : checkedOnce(
          () => identifyCustomer(customerToken, request, { caller, shared }),
          (found) => record.noteCustomer(found),
        );
  return andThen(shopperOf(request, caller), (shopper) =>
    contextOf(shared, { request, shopper, caller, customer }),
  );
}

function contextOf(
  shared: Shared,
  about: Pick<Context, 'caller' | 'customer'> & {
    readonly request: ObservedRequest;
    readonly shopper: Shopper | null;
  },
): Context {
  const { requestId, record } = about.request;
  const call = callFor(about.request, about.shopper);
  const { users, verifier } = createUserLoader(shared, call);
  // Not by spread, which takes longer than the rest of the request's preparations.
  return {
    identity: shared.identity,
    profiles: shared.profiles,
    transactions: shared.transactions,
    refreshes: shared.refreshes,
    limits: shared.limits,
    publishNow: shared.publishNow,
    background: shared.background,
    accounts: shared.accounts,
    services: shared.services,
    caller: about.caller,
    customer: about.customer,
    verifier,
    users,
    call,
    requestId,
    record,
  };
}

/**
 * Checks at first use, so that a field that does not need the answer does not wait for it. A check that
 * fails is an error in the errors list, and never a member of a field's union.
 */
function checkedOnce<Found extends Caller>(
  check: () => PromiseOrValue<Found>,
  onFound: (found: Found) => void,
): () => PromiseOrValue<Found> {
  let checked: PromiseOrValue<Found> | undefined;
  return () => {
    checked ??= andThen(orElse(check, throwTopLevel), (found) => {
      onFound(found);
      return found;
    });
    return checked;
  };
}
