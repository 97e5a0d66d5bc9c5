import { type Dispatcher, request as send } from 'undici';
import type { CallContext, Shopper } from '../../identity/model.ts';
import { readError } from '../wire/answer.ts';
import type { OktaCall } from '../wire/call-record.ts';
import { deviceTokenOf } from '../wire/device-token.ts';
import { endpoints, type OktaEndpoint } from '../wire/endpoints.ts';
import { readRateLimit } from '../wire/rate-limit.ts';

/**
 * On whose behalf a call is made. Okta takes X-Forwarded-For only from addresses that the org lists as
 * trusted proxies (developer.okta.com/docs/reference/core-okta-api, IP address). X-Device-Token is what
 * the "new device" behaviour of Identity Engine reads (guides/device-context); the authn flow names the
 * device in the body.
 */
function clientHeaders(
  endpoint: OktaEndpoint,
  shopper: Shopper | null,
): Readonly<Record<string, string>> {
  const deviceToken = deviceTokenOf(shopper);
  const language = endpoints[endpoint].needsEnglish ? 'en' : (shopper?.language ?? null);
  return {
    'user-agent': shopper?.userAgent ?? 'okta-account-api',
    ...(shopper?.clientIp ? { 'x-forwarded-for': shopper.clientIp } : {}),
    ...(deviceToken === null ? {} : { 'x-device-token': deviceToken }),
    ...(language === null ? {} : { 'accept-language': language }),
  };
}

export interface OktaRequest {
  readonly endpoint: OktaEndpoint;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** It holds a value that Okta takes once (the `jti` of a client assertion): never sent again. */
  readonly oneTime?: boolean;
  /** Told before each time that it is sent. */
  readonly onSend?: (() => void) | undefined;
}

/** One exchange over the wire, and what ends it. */
export interface OnTheWire {
  readonly request: OktaRequest;
  readonly context: CallContext;
  readonly agent: Dispatcher;
  readonly deadline: AbortSignal;
  /** The caller's signal or the deadline. */
  readonly signal: AbortSignal;
  readonly observe: (call: OktaCall) => void;
}

export type Attempt = { readonly response: Response } | { readonly failure: string };

/** @throws the reason of the caller's signal, and nothing else */
export async function attempt(call: OnTheWire): Promise<Attempt> {
  const startedAt = performance.now();
  let headers: Headers | null = null;
  const report = (status: number | null, failure: string | null) =>
    call.observe({
      endpoint: call.request.endpoint,
      status,
      durationMs: Math.round(performance.now() - startedAt),
      oktaRequestId: headers?.get('x-okta-request-id') ?? null,
      requestId: call.context.requestId,
      rateLimit: headers === null ? null : readRateLimit(headers),
      failure,
      unreadable: [],
    });
  try {
    call.request.onSend?.();
    const answer = await dispatch(call);
    headers = headersOf(answer);
    const text = await answer.body.text();
    const response = toResponse(answer.statusCode, headers, text);
    report(response.status, failureCode(response, text));
    return { response };
  } catch (error) {
    const aborted = call.context.signal.aborted;
    const failure = aborted ? 'ABORTED' : transportFailure(error, call.deadline);
    report(null, failure);
    if (aborted) throw call.context.signal.reason;
    return { failure };
  }
}

function dispatch({
  request,
  context,
  agent,
  signal,
}: OnTheWire): Promise<Dispatcher.ResponseData> {
  return send(request.url, {
    dispatcher: agent,
    method: request.method,
    headers: { ...request.headers, ...clientHeaders(request.endpoint, context.shopper) },
    body: request.body ?? null,
    signal,
  });
}

function headersOf(answer: Dispatcher.ResponseData): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  return headers;
}

function toResponse(status: number, headers: Headers, text: string): Response {
  // The Fetch standard allows these no body, not even an empty one.
  return new Response([204, 205, 304].includes(status) ? null : text, { status, headers });
}

function transportFailure(error: unknown, deadline: AbortSignal): string {
  if (deadline.aborted) return 'DEADLINE';
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return error instanceof Error ? error.name : 'UNKNOWN';
}

/** Only codes: texts of an error may name what was sent. */
function failureCode(response: Response, text: string): string | null {
  const { status } = response;
  if (status < 300) return null;
  const code = status < 400 ? redirectedError(response) : (readError(response, text)?.code ?? null);
  if (code !== null && /^\w{1,40}$/.test(code)) return code;
  return status < 400 ? null : `HTTP_${status}`;
}

function redirectedError(response: Response): string | null {
  const location = response.headers.get('location') ?? '';
  return URL.canParse(location) ? new URL(location).searchParams.get('error') : null;
}
