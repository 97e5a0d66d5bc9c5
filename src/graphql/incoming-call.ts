import type { CallContext, Shopper } from '../identity/model.ts';
import type { IncomingRequest } from './context.ts';

/** For calls that a request needs, with where it comes from. */
export interface IncomingCall extends CallContext {
  readonly address: IncomingRequest['address'];
}

type Made = { -readonly [Name in keyof IncomingCall]: IncomingCall[Name] } & {
  makeSignal: () => AbortSignal;
};

/** Shared: V8 keeps the getter of an object literal, and all that it reaches, to the next full collection. */
const lazily: object = Object.defineProperty({}, 'signal', {
  get(this: Made) {
    return this.makeSignal();
  },
});

/**
 * The signal is made when somebody looks at it: an AbortSignal costs as much as all else that a request
 * in memory needs. It is not among the own properties, so a copy by spread has to bring one of its own.
 */
export function callFor(request: IncomingRequest, shopper: Shopper | null): IncomingCall {
  const call: Made = Object.create(lazily);
  call.requestId = request.key;
  call.shopper = shopper;
  call.address = request.address;
  call.makeSignal = request.signal;
  return call;
}
