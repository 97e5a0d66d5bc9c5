import type { PromiseOrValue } from '../async/maybe-promise.ts';
import type { Shopper } from '../identity/model.ts';
import type { Caller } from './caller.ts';
import type { IncomingRequest } from './incoming-request.ts';

/**
 * The shopper whose address, browser and device are passed on to Okta: the one that a service vouches
 * for, or an anonymous caller whose address a trusted proxy reports. Null for any other.
 */
export function shopperOf(
  request: IncomingRequest,
  caller: () => PromiseOrValue<Caller>,
): PromiseOrValue<Shopper | null> {
  const anonymous = request.authorization === null ? anonymousShopper(request) : null;
  if (request.shopper === null) return anonymous;
  return vouchedFor(request.shopper, caller).then((shopper) => shopper ?? anonymous);
}

/**
 * Only the trusted proxy can have written the address. Without one the peer may be any machine on the
 * way.
 */
function anonymousShopper({ address, fromProxy }: IncomingRequest): Shopper | null {
  if (!fromProxy) return null;
  return { clientIp: address, userAgent: null, deviceId: null, language: null };
}

/**
 * Anyone can send the headers, and would get past the limits and the alarms that Okta keeps per
 * address. So only a service's are used; a caller who cannot be checked now counts as none.
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
