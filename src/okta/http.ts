import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request as send } from 'undici';
import { UpstreamUnavailable } from '../identity/errors.ts';
import type { CallContext } from '../identity/model.ts';
import type { OktaCall, OktaEndpoint } from './call.ts';
import { readError } from './failure.ts';
import { readRateLimit, retryAfterSeconds } from './rate-limit.ts';

export interface OktaRequest {
  readonly endpoint: OktaEndpoint;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** It holds a value that Okta takes once (the `jti` of a client assertion): never sent again. */
  readonly oneTime?: boolean;
}

export interface OktaHttp {
  /**
   * Whatever Okta answered, with its body read in full; redirects are not followed.
   * @throws UpstreamUnavailable where no whole answer came in time; the signal's reason
   */
  send(request: OktaRequest, context: CallContext): Promise<Response>;
  close(): Promise<void>;
}

/** Okta allows 75 requests at a time (35 in an Integrator org) to all the org's clients together. */
const maxConnections = 40;
/** Far above a page of 200 users. */
const maxResponseBytes = 1024 * 1024;

/** Safe to send again: they change nothing, and a wrong one counts towards no lockout. */
const reads: ReadonlySet<OktaEndpoint> = new Set(['introspect', 'keys', 'users/list']);

const connectionFailures: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
]);

interface HttpOptions {
  /** For one call, its retry included. */
  readonly callTimeoutMs: number;
  readonly now: () => number;
  readonly observe: (call: OktaCall) => void;
}

export function createHttp(options: HttpOptions): OktaHttp {
  const { callTimeoutMs } = options;
  const agent = new Agent({
    connections: maxConnections,
    maxResponseSize: maxResponseBytes,
    connect: { timeout: callTimeoutMs },
    // The deadline of the call stands in for both: undici's own timers are coarse.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async send(request, context) {
      context.signal.throwIfAborted();
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), callTimeoutMs);
      try {
        return await sendWithRetry({
          ...options,
          request,
          agent,
          context,
          deadline: deadline.signal,
          signal: AbortSignal.any([context.signal, deadline.signal]),
          endsAt: performance.now() + callTimeoutMs,
        });
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      if (!agent.closed) await agent.close();
    },
  };
}

/** One call: what it sends and the limits that it shares with its retry. */
interface Call extends HttpOptions {
  readonly request: OktaRequest;
  readonly agent: Agent;
  readonly context: CallContext;
  readonly deadline: AbortSignal;
  /** The caller's signal or the deadline. */
  readonly signal: AbortSignal;
  /** On the clock of `performance.now`. */
  readonly endsAt: number;
}

type Attempt = { readonly response: Response } | { readonly failure: string };

async function sendWithRetry(call: Call): Promise<Response> {
  let last = await attempt(call);
  const delay = retryDelayMs(last, call);
  if (delay !== null) {
    await wait(delay, undefined, { signal: call.signal }).catch(() => undefined);
    call.context.signal.throwIfAborted();
    last = await attempt(call);
  }
  if ('failure' in last) throw new UpstreamUnavailable({ cause: new Error(last.failure) });
  return last.response;
}

/** @throws the reason of the caller's signal, and nothing else */
async function attempt(call: Call): Promise<Attempt> {
  const startedAt = performance.now();
  const report = (response: Response | null, failure: string | null) =>
    call.observe({
      endpoint: call.request.endpoint,
      status: response?.status ?? null,
      durationMs: Math.round(performance.now() - startedAt),
      oktaRequestId: response?.headers.get('x-okta-request-id') ?? null,
      requestId: call.context.requestId,
      rateLimit: response === null ? null : readRateLimit(response.headers),
      failure,
    });
  try {
    const { response, text } = await exchange(call);
    report(response, failureCode(response, text));
    return { response };
  } catch (error) {
    const aborted = call.context.signal.aborted;
    const failure = aborted ? 'aborted' : transportFailure(error, call.deadline);
    report(null, failure);
    if (aborted) throw call.context.signal.reason;
    return { failure };
  }
}

/** Null: not worth a second try, or no time for one. */
function retryDelayMs(first: Attempt, call: Call): number | null {
  if (!reads.has(call.request.endpoint) || call.request.oneTime === true) return null;
  if ('failure' in first) {
    return connectionFailures.has(first.failure) ? Math.random() * 50 : null;
  }
  if (first.response.status !== 429) return null;
  const delay = retryAfterSeconds(first.response.headers, call.now()) * 1000;
  return performance.now() + delay < call.endsAt ? delay : null;
}

async function exchange({ request, agent, signal }: Call) {
  const answer = await send(request.url, {
    dispatcher: agent,
    method: request.method,
    headers: { 'user-agent': 'okta-account-api', ...request.headers },
    body: request.body ?? null,
    signal,
  });
  const text = await answer.body.text();
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  const status = answer.statusCode;
  // The Fetch standard allows these no body, not even an empty one.
  const response = new Response([204, 205, 304].includes(status) ? null : text, {
    status,
    headers,
  });
  return { response, text };
}

function transportFailure(error: unknown, deadline: AbortSignal): string {
  if (deadline.aborted) return 'deadline';
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return error instanceof Error ? error.name : 'unknown';
}

/** Only codes: texts of an error may name what was sent. */
function failureCode(response: Response, text: string): string | null {
  const { status } = response;
  if (status < 300) return null;
  const code = status < 400 ? redirectedError(response) : (readError(text)?.code ?? null);
  if (code !== null && /^\w{1,40}$/.test(code)) return code;
  return status < 400 ? null : `HTTP_${status}`;
}

function redirectedError(response: Response): string | null {
  const location = response.headers.get('location') ?? '';
  return URL.canParse(location) ? new URL(location).searchParams.get('error') : null;
}
