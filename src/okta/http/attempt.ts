import type { Dispatcher } from 'undici';
import type { Shopper } from '../../identity/model.ts';
import { readError } from '../wire/answer.ts';
import { deviceTokenOf } from '../wire/device-token.ts';
import { endpoints, type OktaEndpoint } from '../wire/endpoints.ts';
import { type RawHeaders, readRateLimit } from '../wire/rate-limit.ts';
import type { Attempt, Call, Deadline, Handler, SendOnce } from './call.ts';
import { type Answer, OktaResponse, type ResponseHead } from './response.ts';

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
  let head: ResponseHead = { status: 0, headers: {} };
  let text = '';
  const report = (status: number | null, failure: string | null) =>
    call.observe({
      endpoint: call.request.endpoint,
      status,
      durationMs: Math.round(performance.now() - startedAt),
      oktaRequestId: textOf(head.headers['x-okta-request-id']),
      requestId: call.context.requestId,
      rateLimit: readRateLimit(head.headers),
      failure,
      unreadable: [],
    });
  const onHead = (received: ResponseHead) => {
    head = received;
  };
  const sendOnce: SendOnce = async (more) => {
    const answer = await exchange(call, { agent, more, onHead });
    text = answer.text;
    return new OktaResponse(answer);
  };
  const { onSend, wrap } = call.request;
  try {
    onSend?.();
    const response = await (wrap === undefined ? sendOnce({}) : wrap(sendOnce));
    report(response.status, failureCode(response, text));
    return { response, head };
  } catch (error) {
    const aborted = call.context.signal.aborted;
    const failure = aborted ? 'ABORTED' : transportFailure(error, call.deadline);
    report(null, failure);
    if (aborted) throw call.context.signal.reason;
    return { failure };
  }
}

const utf8 = new TextDecoder();

/** Not by undici's `request`, whose stream for the body costs a quarter of the call. */
function exchange(
  { request, context, signal }: Call,
  how: {
    readonly agent: Dispatcher;
    readonly more: Parameters<SendOnce>[0];
    readonly onHead: (head: ResponseHead) => void;
  },
): Promise<Answer> {
  const { origin, pathname, search } = new URL(request.url);
  const options = {
    origin,
    path: pathname + search,
    method: request.method,
    headers: {
      ...request.headers,
      ...how.more,
      ...clientHeaders(request.endpoint, context.shopper),
    },
    body: request.body ?? null,
  };
  return new Promise((resolve, reject) => {
    let sending: Dispatcher.DispatchController | null = null;
    let [status, headers] = [0, {}];
    const chunks: Buffer[] = [];
    const abort = () => sending?.abort(signal.reason);
    signal.addEventListener('abort', abort);
    const settled = () => signal.removeEventListener('abort', abort);
    how.agent.dispatch(options, {
      onRequestStart(controller) {
        sending = controller;
        if (signal.aborted) abort();
      },
      onResponseStart(_controller, statusCode, received) {
        [status, headers] = [statusCode, received];
        how.onHead({ status, headers });
      },
      onResponseData: (_controller, chunk) => void chunks.push(chunk),
      onResponseEnd() {
        settled();
        resolve({ status, headers, text: utf8.decode(Buffer.concat(chunks)) });
      },
      onResponseError(_controller, error) {
        settled();
        reject(error);
      },
    });
  });
}

function textOf(header: RawHeaders[string]): string | null {
  return typeof header === 'string' ? header : null;
}

function transportFailure(error: unknown, deadline: Deadline): string {
  if (deadline.isOver()) return 'DEADLINE';
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
