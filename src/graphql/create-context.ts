import { andThen, type PromiseOrValue } from '../async/maybe-promise.ts';
import { callFor } from '../callers/call-context.ts';
import { identifyCustomer } from '../callers/customer-token.ts';
import { identifyCaller } from '../callers/identify-caller.ts';
import type { Shopper } from '../identity/model.ts';
import type { Caller, Context, IncomingRequest, Shared } from './base/context.ts';
import { createUserLoader } from './user-loader.ts';

/** One per request: the loader and the caller must not outlive it. */
export function createContext(shared: Shared, request: IncomingRequest): PromiseOrValue<Context> {
  const { authorization, customerToken, onCaller } = request;
  const caller = checkedOnce<Caller>(
    // Whose shopper it is depends on the answer, so the check itself is made for none.
    () => identifyCaller(authorization, shared, callFor(request, null)),
    onCaller,
  );
  const customer =
    customerToken === null
      ? caller
      : checkedOnce(
          () => identifyCustomer(customerToken, request, { caller, shared }),
          request.onCustomer,
        );
  const unvouched = authorization === null ? strangerAt(request) : null;
  const contextFor = (shopper: Shopper | null) =>
    contextOf(shared, { request, shopper, caller, customer });
  if (request.shopper === null) return contextFor(unvouched);
  return vouchedFor(request.shopper, caller).then((shopper) => contextFor(shopper ?? unvouched));
}

function contextOf(
  shared: Shared,
  about: Pick<Context, 'caller' | 'customer'> & {
    readonly request: IncomingRequest;
    readonly shopper: Shopper | null;
  },
): Context {
  const { requestId, onFailure, onRefusedToken, onEnd } = about.request;
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
    onFailure,
    onRefusedToken,
    onEnd,
  };
}

/** Checks at first use, so that a field that does not need the answer does not wait for it. */
function checkedOnce<Found extends Caller>(
  check: () => PromiseOrValue<Found>,
  onFound: (found: Found) => void,
): () => PromiseOrValue<Found> {
  let checked: PromiseOrValue<Found> | undefined;
  return () => {
    checked ??= andThen(check(), (found) => {
      onFound(found);
      return found;
    });
    return checked;
  };
}

/**
 * An anonymous caller whose address a trusted proxy reports. It is passed on to Okta, since only that
 * proxy can have written it. Without a trusted proxy the peer may be any machine on the way.
 */
function strangerAt({ address, fromProxy }: IncomingRequest): Shopper | null {
  if (!fromProxy) return null;
  return { clientIp: address, userAgent: null, deviceId: null, language: null };
}

/**
 * Anyone can send the headers, and would get past the limits and the alarms that Okta keeps per
 * address; so a stranger's are dropped, and so are those of a caller who cannot be checked now.
 */
async function vouchedFor(
  shopper: Shopper,
  caller: () => PromiseOrValue<Caller>,
): Promise<Shopper | null> {
  try {
    const { kind } = await caller();
    return kind === 'service' ? shopper : null;
  } catch {
    return null;
  }
}
