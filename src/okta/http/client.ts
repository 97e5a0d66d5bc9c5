import { setTimeout as wait } from 'node:timers/promises';
import { Agent } from 'undici';
import { RateLimited, UpstreamUnavailable } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import type { OktaCall } from '../wire/call-record.ts';
import { endpoints } from '../wire/endpoints.ts';
import type { Skip } from '../wire/members.ts';
import { NoAnswer, unexpectedAnswer } from '../wire/no-answer.ts';
import { retryAfterSeconds } from '../wire/rate-limit.ts';
import { createUpstream, maxConnections, type Upstream } from './admission.ts';
import { type Attempt, attempt, type OktaRequest, type OnTheWire } from './attempt.ts';

export interface OktaHttp {
  /**
   * One call: `work` sends it and reads the answer. It is reported after that, so that the report
   * includes an answer that could not be read. Throws what `work` throws; `work` calls `skip` for
   * what it leaves out of the answer.
   */
  exchange<Answer>(work: (send: Send, skip: Skip) => Promise<Answer>): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Whatever Okta answered, with its body read in full; redirects are not followed. A call that is not
 * made is not reported.
 * @throws UpstreamUnavailable where no complete answer came in time, or the circuit is open;
 *   RateLimited where the call would go over Okta's limit; the signal's reason
 */
export type Send = (request: OktaRequest, context: CallContext) => Promise<Response>;

/** Far above a page of 200 users. */
const defaultMaxResponseBytes = 1024 * 1024;

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
  /** For one call, its retry included, from when it has a connection. */
  readonly callTimeoutMs: number;
  /** Of one answer; a larger one is UpstreamUnavailable. */
  readonly maxResponseBytes?: number;
  readonly now: () => number;
  readonly observe: (call: OktaCall) => void;
  /** Default: one that no other client shares. */
  readonly upstream?: Upstream;
}

export function createHttp(options: HttpOptions): OktaHttp {
  const { callTimeoutMs, now, observe, upstream = createUpstream({ now }) } = options;
  const agent = new Agent({
    connections: maxConnections,
    maxResponseSize: options.maxResponseBytes ?? defaultMaxResponseBytes,
    connect: { timeout: callTimeoutMs },
    // The deadline of the call replaces both: undici's own timers are coarse.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async exchange(work) {
      const reports = lastHeldBack(observe);
      try {
        return await work((request, context) => {
          // The one before has been made sense of; this one may not come to be.
          reports.flush();
          return sendInTurn({
            ...options,
            observe: reports.add,
            request,
            context,
            agent,
            upstream,
          });
        }, reports.skip);
      } catch (error) {
        if (error instanceof UpstreamUnavailable) reports.spoil();
        throw error;
      } finally {
        reports.flush();
      }
    },
    async close() {
      if (!agent.closed) await agent.close();
    },
  };
}

/** Whether an answer makes sense shows only when it has been read. */
function lastHeldBack(observe: (call: OktaCall) => void) {
  let last: OktaCall | null = null;
  const flush = () => {
    if (last !== null) observe(last);
    last = null;
  };
  return {
    add(call: OktaCall) {
      flush();
      last = call;
    },
    skip(place: string) {
      if (last === null || last.unreadable.includes(place)) return;
      last = { ...last, unreadable: [...last.unreadable, place] };
    },
    spoil() {
      if (last !== null) last = { ...last, failure: last.failure ?? unexpectedAnswer };
    },
    flush,
  };
}

/** What one call sends, and by what. */
interface Sending extends HttpOptions, Pick<OnTheWire, 'request' | 'context' | 'agent'> {
  readonly upstream: Upstream;
}

/** With the limits that it shares with its retry. */
interface Call extends Sending, Pick<OnTheWire, 'deadline' | 'signal'> {
  /** On the clock of `performance.now`. */
  readonly endsAt: number;
}

/** The wait for a connection is the caller's time, not the call's: Okta has not been asked yet. */
async function sendInTurn(sending: Sending): Promise<Response> {
  const { context, request, upstream, callTimeoutMs } = sending;
  const turn = await upstream.take(request.endpoint, context.signal);
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), callTimeoutMs);
  const call: Call = {
    ...sending,
    deadline: deadline.signal,
    signal: AbortSignal.any([context.signal, deadline.signal]),
    endsAt: performance.now() + callTimeoutMs,
  };
  try {
    const first = await turn(() => attempt(call));
    const delay = retryDelayMs(first, call);
    const last = delay === null ? first : ((await attemptAgain(call, delay)) ?? first);
    if ('failure' in last) throw new UpstreamUnavailable({ cause: new NoAnswer(last.failure) });
    return last.response;
  } finally {
    clearTimeout(timer);
  }
}

/** Null: the deadline came first, or a refusal. @throws the reason of the caller's signal */
async function attemptAgain(call: Call, delayMs: number): Promise<Attempt | null> {
  try {
    await wait(delayMs, undefined, { signal: call.signal });
    const turn = await call.upstream.take(call.request.endpoint, call.signal);
    return await turn(() => attempt(call));
  } catch (error) {
    call.context.signal.throwIfAborted();
    if (call.deadline.aborted || isRefusal(error)) return null;
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof RateLimited || error instanceof UpstreamUnavailable;
}

/** Null: not worth a second try, or no time for one. */
function retryDelayMs(first: Attempt, call: Call): number | null {
  if (endpoints[call.request.endpoint].repeatable !== true || call.request.oneTime === true)
    return null;
  if ('failure' in first) {
    return connectionFailures.has(first.failure) ? Math.random() * 50 : null;
  }
  if (first.response.status !== 429) return null;
  const delay = Math.max(
    retryAfterSeconds(first.response.headers, call.now()) * 1000,
    call.upstream.closedForMs(call.request.endpoint),
  );
  return performance.now() + delay < call.endsAt ? delay : null;
}
