import { setTimeout as wait } from 'node:timers/promises';
import { RateLimited, UpstreamUnavailable } from '../../identity/errors.ts';
import { endpoints, type OktaEndpoint } from '../wire/endpoints.ts';
import { retryAfterSeconds } from '../wire/rate-limit.ts';
import type { Attempt, Call, Interceptor } from './call.ts';

interface Options {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds until Okta's limit allows calls again. */
  readonly closedForMs: (endpoint: OktaEndpoint) => number;
}

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

/**
 * Sends a repeatable request once more if the connection failed, or if Okta's limit opens again before
 * the deadline. If the second attempt is refused or out of time, the first answer counts.
 */
export function retry(options: Options): Interceptor {
  return (next) => async (call) => {
    const first = await next(call);
    const delayMs = retryDelayMs(first, call, options);
    if (delayMs === null) return first;
    try {
      await wait(delayMs, undefined, { signal: call.signal });
      return await next(call);
    } catch (error) {
      call.context.signal.throwIfAborted();
      if (call.deadline.isOver() || isRefusal(error)) return first;
      throw error;
    }
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof RateLimited || error instanceof UpstreamUnavailable;
}

/** Null if a second attempt makes no sense, or has no time. */
function retryDelayMs(
  first: Attempt,
  { request, deadline }: Call,
  { now, closedForMs }: Options,
): number | null {
  if (endpoints[request.endpoint].repeatable !== true || request.oneTime === true) return null;
  if ('failure' in first) {
    return connectionFailures.has(first.failure) ? Math.random() * 50 : null;
  }
  const { status, headers } = first.head;
  if (status !== 429) return null;
  const delayMs = Math.max(retryAfterSeconds(headers, now()) * 1000, closedForMs(request.endpoint));
  return delayMs < deadline.leftMs() ? delayMs : null;
}
