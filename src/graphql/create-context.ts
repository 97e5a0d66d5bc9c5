import type { Shopper } from '../identity/model.ts';
import { identifyCaller } from './caller.ts';
import type { Caller, Context, IncomingRequest, Shared } from './context.ts';
import { createUserLoader } from './user-loader.ts';

/** One per request: the loader and the caller must not outlive it. */
export async function createContext(shared: Shared, request: IncomingRequest): Promise<Context> {
  const { key, requestId, signal, authorization, onFailure } = request;
  let checked: Promise<Caller> | undefined;
  const caller = () => {
    // Whose shopper it is depends on the answer, so the check itself is made for none.
    checked ??= identifyCaller(authorization, shared, { requestId: key, signal, shopper: null });
    return checked;
  };
  const call = { requestId: key, signal, shopper: await vouchedFor(request.shopper, caller) };
  return {
    ...shared,
    call,
    requestId,
    onFailure,
    caller,
    ...createUserLoader(shared, call),
  };
}

/**
 * Anyone can send the headers, and would get past the limits and the alarms that Okta keeps per
 * address; so a stranger's are dropped, and so are those of a caller who cannot be checked now.
 */
async function vouchedFor(
  shopper: Shopper | null,
  caller: () => Promise<Caller>,
): Promise<Shopper | null> {
  if (shopper === null) return null;
  const kind = await caller().then(
    ({ kind }) => kind,
    () => null,
  );
  return kind === 'service' ? shopper : null;
}
