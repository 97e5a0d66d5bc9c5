import type { CallContext } from '../../identity/model.ts';
import type { OktaCallRecord } from '../wire/call-record.ts';
import type { OktaEndpoint } from '../wire/endpoints.ts';
import type { ResponseHead } from './response.ts';

export interface OktaRequest {
  readonly endpoint: OktaEndpoint;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Never sent twice: it holds a value that Okta accepts only once (the `jti` of a client assertion). */
  readonly oneTime?: boolean;
  /** Called before each time the request is sent. */
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

/** The time limit of a call, including its retry. */
export interface Deadline {
  isOver(): boolean;
  /** Starts the timer; later calls do nothing. */
  start(): void;
  /** Infinity before the start. */
  leftMs(): number;
}

/** The outcome of sending a request: a complete answer, or a code for the failure. */
export type Attempt = Answered | { readonly failure: string };

export interface Answered {
  readonly response: Response;
  /** The same status and headers, which are cheaper to read. */
  readonly head: ResponseHead;
}

/** @throws RateLimited or UpstreamUnavailable where nothing was sent; the reason of the signal */
export type Handler = (call: Call) => Promise<Attempt>;

/** One step of the pipeline around the rest of it. */
export type Interceptor = (next: Handler) => Handler;
