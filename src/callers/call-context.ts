import type { IncomingRequest } from '../graphql/base/context.ts';
import type { CallContext, Shopper } from '../identity/model.ts';

/** The context of the calls to the provider that one request makes, with the address it came from. */
export interface IncomingCall extends CallContext {
  readonly address: IncomingRequest['address'];
}

type Mutable = { -readonly [Name in keyof IncomingCall]: IncomingCall[Name] } & {
  makeSignal: () => AbortSignal;
};

/** Shared: V8 keeps the getter of an object literal, and all that it reaches, to the next full collection. */
const withLazySignal: object = Object.defineProperty({}, 'signal', {
  get(this: Mutable) {
    return this.makeSignal();
  },
});

/**
 * The signal is created at first use. It is not an own property, so a copy by spread has to add one.
 */
export function callFor(request: IncomingRequest, shopper: Shopper | null): IncomingCall {
  const call: Mutable = Object.create(withLazySignal);
  call.requestId = request.key;
  call.shopper = shopper;
  call.address = request.address;
  call.makeSignal = request.signal;
  return call;
}
