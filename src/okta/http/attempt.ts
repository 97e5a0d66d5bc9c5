import { type Dispatcher, request as send } from 'undici';
import type { Shopper } from '../../identity/model.ts';
import { readError } from '../wire/answer.ts';
import { deviceTokenOf } from '../wire/device-token.ts';
import { endpoints, type OktaEndpoint } from '../wire/endpoints.ts';
import { readRateLimit } from '../wire/rate-limit.ts';
import type { Attempt, Call, Handler, SendOnce } from './call.ts';

/**
 * Headers about the shopper. Okta takes X-Forwarded-For only from addresses that the org lists as
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

/** The end of the pipeline: sends the request and reports the outcome. */
export function attempt(agent: Dispatcher): Handler {
  return (call) => attemptOnce(call, agent);
}

/** @throws the reason of the caller's signal, and nothing else */
async function attemptOnce(call: Call, agent: Dispatcher): Promise<Attempt> {
  const startedAt = performance.now();
  let headers: Headers | null = null;
  let text = '';
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
  const sendOnce: SendOnce = async (more) => {
    const answer = await dispatch(call, agent, more);
    headers = headersOf(answer);
    text = await answer.body.text();
    return toResponse(answer.statusCode, headers, text);
  };
  const { onSend, wrap } = call.request;
  try {
    onSend?.();
    const response = await (wrap === undefined ? sendOnce({}) : wrap(sendOnce));
    report(response.status, failureCode(response, text));
    return { response };
  } catch (error) {
    const aborted = call.context.signal.aborted;
    const failure = aborted ? 'ABORTED' : transportFailure(error, call.deadline.signal);
    report(null, failure);
    if (aborted) throw call.context.signal.reason;
    return { failure };
  }
}

function dispatch(
  { request, context, signal }: Call,
  agent: Dispatcher,
  more: Parameters<SendOnce>[0],
): Promise<Dispatcher.ResponseData> {
  return send(request.url, {
    dispatcher: agent,
    method: request.method,
    headers: { ...request.headers, ...more, ...clientHeaders(request.endpoint, context.shopper) },
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
  // The Fetch standard forbids a body for these, even an empty one.
  return new Response([204, 205, 304].includes(status) ? null : text, { status, headers });
}

function transportFailure(error: unknown, deadline: AbortSignal): string {
  if (deadline.aborted) return 'DEADLINE';
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return error instanceof Error ? error.name : 'UNKNOWN';
}

/** Only codes, since error texts may quote the request. */
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
