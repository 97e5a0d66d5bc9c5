import type { CallContext, Shopper } from '../identity/model.ts';

/** What a request says of who sends it, and for whom. */
export interface IncomingRequest {
  /** No two requests share one. */
  readonly key: string;
  /** The id in the answer and the log: the caller's own, where it sent a valid one. */
  readonly requestId: string;
  /** As `CallContext` has it, created at first use. */
  readonly signal: () => AbortSignal;
  /** The header as sent; null where there is none. */
  readonly authorization: string | null;
  /**
   * The `X-Customer-Token` header as sent, null where there is none; it is used only from a service.
   */
  readonly customerToken: string | null;
  /** As the headers claim; used only from a service. */
  readonly shopper: Shopper | null;
  /** Where the request comes from, which for a service is not where its shopper is; null: unknown. */
  readonly address: string | null;
  /** Whether `address` comes from a trusted proxy. */
  readonly fromProxy: boolean;
}

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
