import type { PromiseOrValue } from '../async/maybe-promise.ts';
import type { Limits, Permit, Who } from '../limits/limits.ts';
import type { LimitKind } from '../limits/rules.ts';
import type { Caller } from './caller.ts';
import type { IncomingCall } from './incoming-request.ts';

/** A request whose attempts are counted. */
export interface CountedRequest {
  /** Null: there are no limits. */
  readonly limits: Limits | null;
  readonly call: IncomingCall;
  readonly caller: () => PromiseOrValue<Caller>;
  readonly customer: () => PromiseOrValue<Caller>;
}

export interface Attempt {
  readonly kind: LimitKind;
  /** The name to log in with or the address, as it was sent. */
  readonly account?: string;
  /** The refresh token that was sent. */
  readonly token?: string;
}

const unlimited: Permit = { refund: async () => {}, reset: async () => {} };

/**
 * Counts an attempt. Call it after the check of the input, which costs nothing, and before anything is
 * asked about the account, so that known and unknown accounts are counted alike. @throws RateLimited
 */
export async function consumeLimits(
  { kind, account = '', token = '' }: Attempt,
  request: CountedRequest,
): Promise<Permit> {
  const { limits } = request;
  if (limits === null) return unlimited;
  const sent = { account: account || null, token: token || null, customer: null };
  return limits.consume(kind, { ...sent, ...(await clientOf(request)) });
}

/**
 * As `consumeLimits`, for what a logged-in customer does: counted by the customer, since a frontend
 * server sends for many of them. Any other caller is let through, for the field to refuse.
 * @throws RateLimited
 */
export async function consumeCustomerLimits(
  kind: LimitKind,
  { limits, customer }: CountedRequest,
): Promise<Permit> {
  if (limits === null) return unlimited;
  const who = await customer();
  if (who.kind !== 'customer') return unlimited;
  const { userId, subject } = who.token;
  return limits.consume(kind, { ...unknownSubject, customer: userId ?? subject });
}

/** Nothing is known of the caller, so no rule counts. */
export const unknownSubject: Who = {
  account: null,
  client: null,
  device: null,
  caller: null,
  customer: null,
  token: null,
};

/**
 * The shopper that a service vouches for; for any other caller the address that the request came from.
 * An old token that is sent along and cannot be checked must not keep the customer from a new one.
 */
async function clientOf({
  call,
  caller,
}: CountedRequest): Promise<Pick<Who, 'client' | 'device' | 'caller'>> {
  const who = await Promise.resolve(caller()).catch(() => null);
  if (who?.kind !== 'service') return { client: call.address, device: null, caller: null };
  const { clientIp = null, deviceId = null } = call.shopper ?? {};
  return { client: clientIp, device: deviceId, caller: who.id };
}
