import type { IncomingMessage } from 'node:http';
import {
  type Attributes,
  context,
  ProxyTracerProvider,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { ClientAddress } from '../../callers/client-address.ts';
import { pathOf } from './path.ts';
import type { ProviderCall } from './provider-calls.ts';
import type { RequestLine } from './request-log.ts';

/** Spans for the tracer provider that is registered in this process (OpenTelemetry API). */
export interface Tracing {
  /** Null for a probe. */
  begin(request: IncomingMessage, from: Origin): RequestSpan | null;
  /** A span of a completed call, within that of its request. */
  called(call: ProviderCall): void;
}

type Origin = Pick<ClientAddress, 'fromProxy'>;

export interface RequestSpan {
  /** What is traced in `work` is part of the request. */
  run<Result>(work: () => Result): Result;
  end(line: RequestLine): void;
}

const name = 'okta-account-api';

/** Null: none is registered. Called once, at the start. */
export function createTracing(): Tracing | null {
  if (!isRegistered()) return null;
  const tracer = trace.getTracer(name);
  return {
    begin: (request, from) => beginSpan(tracer, request, from),
    called(call) {
      const endTime = Date.now();
      const { endpoint, status, durationMs, failure } = call;
      const options = { kind: SpanKind.CLIENT, startTime: endTime - durationMs };
      const span = tracer.startSpan(`okta ${endpoint}`, { ...options, attributes: ofCall(call) });
      if (failure !== null && (status === null || status >= 400)) {
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end(endTime);
    },
  };
}

function isRegistered(): boolean {
  const provider = trace.getTracerProvider();
  const isProxy = provider instanceof ProxyTracerProvider;
  return !isProxy || provider.getDelegateTracer(name) !== undefined;
}

function beginSpan(
  tracer: Tracer,
  request: IncomingMessage,
  { fromProxy }: Origin,
): RequestSpan | null {
  const path = pathOf(request.url);
  if (path === '/live' || path === '/ready') return null;
  // W3C Trace Context, where the operator has registered its propagator. Unauthenticated callers could join any
  // trace, and choose what is sampled. Never sent on to Okta.
  const here = context.active();
  const parent = fromProxy ? propagation.extract(here, request.headers) : here;
  const span = tracer.startSpan(
    `${methodOf(request)} ${path}`,
    {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': methodOf(request), 'http.route': path },
    },
    parent,
  );
  const within = trace.setSpan(parent, span);
  return {
    run: (work) => context.with(within, work),
    end: (line) => endSpan(span, line),
  };
}

/**
 * The name of a shipped document; of any other only the operation type, since its author chose the
 * name.
 */
function endSpan(span: Span, line: RequestLine): void {
  const { operationType, operationName, status } = line;
  if (operationType !== null) {
    const known = operationName !== null && operationName !== 'other';
    span.updateName(known ? `${operationType} ${operationName}` : operationType);
    if (known) span.setAttribute('graphql.operation.name', operationName);
  }
  span.setAttributes(ofRequest(line));
  if (status === null || status >= 500 || line.outcomes.includes('INTERNAL')) {
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function ofRequest(line: RequestLine): Attributes {
  const { operationType, status, fields, outcomes, caller, requestId } = line;
  return {
    ...(operationType !== null && { 'graphql.operation.type': operationType }),
    ...(status !== null && { 'http.response.status_code': status }),
    ...(caller !== null && { 'account_api.caller': caller }),
    'account_api.fields': [...fields],
    'account_api.outcomes': [...outcomes],
    'account_api.request_id': requestId,
  };
}

function ofCall({ endpoint, status, oktaRequestId, failure }: ProviderCall): Attributes {
  return {
    'okta.endpoint': endpoint,
    ...(status !== null && { 'http.response.status_code': status }),
    ...(oktaRequestId !== null && { 'okta.request_id': oktaRequestId }),
    ...(failure !== null && { 'error.type': failure }),
  };
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'POST']);

/** The convention for an unknown method. */
function methodOf({ method = '' }: IncomingMessage): string {
  return methods.has(method) ? method : '_OTHER';
}
