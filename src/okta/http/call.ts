import type { CallContext } from '../../identity/model.ts';
import type { OktaCallRecord } from '../wire/call-record.ts';
import type { OktaEndpoint } from '../wire/endpoints.ts';

export interface OktaRequest {
  readonly endpoint: OktaEndpoint;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** It holds a value that Okta takes once (the `jti` of a client assertion): never sent again. */
  readonly oneTime?: boolean;
  /** Called before each time that it is sent. */
  readonly onSend?: (() => void) | undefined;
  /** Called to send it, each time: for headers that may be sent only once, such as a DPoP proof. */
  readonly wrap?: ((send: SendOnce) => Promise<Response>) | undefined;
}

/** Sends a request with these headers beside its own. */
export type SendOnce = (headers: Readonly<Record<string, string>>) => Promise<Response>;

/** A call as it enters the pipeline. */
export interface NewCall {
  readonly request: OktaRequest;
  readonly context: CallContext;
  readonly observe: (call: OktaCallRecord) => void;
}

/** A call within the pipeline. */
export interface Call extends NewCall {
  readonly deadline: Deadline;
  /** Aborted by the caller or the deadline. */
  readonly signal: AbortSignal;
}

/** When a call, its retry included, has to be over. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Starts its clock, the first time it is called. */
  start(): void;
  /** Infinity before it has started. */
  leftMs(): number;
}

/** What came of sending a request: a whole answer, or a code that says why there is none. */
export type Attempt = { readonly response: Response } | { readonly failure: string };

/** @throws RateLimited or UpstreamUnavailable where nothing was sent; the reason of the signal */
export type Handler = (call: Call) => Promise<Attempt>;

/** One step of the pipeline around the rest of it. */
export type Interceptor = (next: Handler) => Handler;
