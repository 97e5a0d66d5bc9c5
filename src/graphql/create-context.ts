import type { PromiseOrValue } from '../and-then.ts';
import type { Shopper } from '../identity/model.ts';
import { withLazySignal } from '../lazy-signal.ts';
import { identifyCaller } from './caller.ts';
import type { Caller, Context, IncomingCall, IncomingRequest, Shared } from './context.ts';
import { createUserLoader } from './user-loader.ts';

/** One per request: the loader and the caller must not outlive it. */
export function createContext(shared: Shared, request: IncomingRequest): PromiseOrValue<Context> {
  const { requestId, authorization, onFailure, onEnd } = request;
  let checked: PromiseOrValue<Caller> | undefined;
  const caller = () => {
    // Whose shopper it is depends on the answer, so the check itself is made for none.
    checked ??= identifyCaller(authorization, shared, callFor(request, null));
    return checked;
  };
  const contextFor = (shopper: Shopper | null): Context => {
    const call = callFor(request, shopper);
    const own = { call, requestId, onFailure, onEnd, caller };
    // Not by spread: V8 keeps what is added to a copy so made to the next full collection.
    return Object.assign(own, shared, createUserLoader(shared, call));
  };
  const unvouched = authorization === null ? strangerAt(request) : null;
  if (request.shopper === null) return contextFor(unvouched);
  return vouchedFor(request.shopper, caller).then((shopper) => contextFor(shopper ?? unvouched));
}

/**
 * An anonymous caller whose address one of our own proxies tells: Okta may know it too, since nobody
 * else can have written it. Without such a proxy the peer may be any machine on the way.
 */
function strangerAt({ address, fromProxy }: IncomingRequest): Shopper | null {
  if (!fromProxy) return null;
  return { clientIp: address, userAgent: null, deviceId: null, language: null };
}

/** For calls to the identity provider that the request needs. */
export function callFor(request: IncomingRequest, shopper: Shopper | null): IncomingCall {
  const { key: requestId, address } = request;
  return withLazySignal({ requestId, shopper, address }, () => request.signal);
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
