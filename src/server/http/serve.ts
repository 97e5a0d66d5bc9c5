import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PromiseOrValue } from '../../async/maybe-promise.ts';
import type { ClientAddress } from '../../callers/client-address.ts';
import type { Config } from '../../config.ts';
import type { EventLog } from '../../events/event-log.ts';
import { longestWaitMs, parsePosition } from '../../events/position.ts';
import { readHead } from '../../http/request-head.ts';
import type { Log } from '../../logging/log.ts';
import { describe, logInternal } from '../observability/logger.ts';
import type { RequestSpan, Tracing } from '../observability/tracing.ts';
import { discardBody, isChunked } from './body.ts';
import { corsHeaders } from './cors.ts';
import { CallerGone, startDeadline } from './deadline.ts';
import { ambiguousRequest, errorResponse, HttpError, type HttpResponse } from './http-error.ts';
import { createRequestContext, type RequestContext, type Route } from './request-context.ts';
import { type Recorders, type RequestEnd, recordEnd } from './request-end.ts';
import { send } from './send.ts';

export interface ServeOptions {
  readonly config: Pick<Config['server'], 'requestTimeoutMs' | 'corsOrigins'>;
  readonly log: Log;
  readonly recorders: Recorders;
  /** Null: there is no tracing. */
  readonly tracing: Tracing | null;
  readonly addressOf: (request: IncomingMessage) => ClientAddress;
  readonly route: Route;
  readonly isDraining: () => boolean;
  readonly events: Pick<EventLog, 'position' | 'reaches'>;
}

interface HttpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: { keepOpen(): void };
  /** On the clock of `performance.now`. */
  readonly startedAt: number;
}

/** Answers one request, whatever happens, and reports its end. */
export function serve(arrival: HttpExchange, serving: ServeOptions): void {
  const lose = (error: unknown) => {
    // A failure of our own after which no other answer is possible.
    const line = { event: 'response_failed', error: describe(error) } as const;
    serving.log.error(line, 'A request got no response, and its connection was closed.');
    arrival.response.destroy();
  };
  try {
    answer(arrival, serving).catch(lose);
  } catch (error) {
    lose(error);
  }
}

/** Resolved already. Work that follows it runs for all requests of a turn before the next step of any. */
const settled = Promise.resolve();

function answer(
  { request, response, connection, startedAt }: HttpExchange,
  serving: ServeOptions,
): Promise<void> {
  const { config, log, recorders, tracing, route, events } = serving;
  const problem = readHead(request);
  let isOpen = false;
  let span: RequestSpan | null = null;
  /** From before the work, which takes every event up to there into account. */
  let position: string | null = null;
  const finish = (given: HttpResponse | null): void => {
    if (!isOpen) return;
    isOpen = false;
    deadline.met();
    const end = { status: given?.status ?? null, startedAt, span };
    // After the answers of this turn, since reporting is not urgent.
    void settled.then(() => recordSafely(context, end, serving));
    if (given === null) return;
    if (given.stream !== undefined) connection.keepOpen();
    const cors = corsHeaders(request.headers.origin, config.corsOrigins);
    const isForService = record.caller?.kind === 'service';
    send(response, given, {
      requestId,
      cors,
      isLast: serving.isDraining(),
      position: isForService ? position : null,
    });
  };
  const fail = (error: unknown): void => {
    if (!isOpen) return;
    const refusal = httpErrorOf(error, () => logInternal(log, error, { requestId, params: null }));
    record.outcomes = [refusal?.code ?? 'CALLER_GONE'];
    finish(refusal && errorResponse(refusal, requestId));
  };
  const deadline = startDeadline(response, config.requestTimeoutMs, fail);
  const context = createRequestContext(request, { deadline, ...serving.addressOf(request) });
  const { key, requestId, record } = context;
  recorders.providerCalls.open(key);
  isOpen = true;
  const run = (): PromiseOrValue<HttpResponse> => {
    if (response.destroyed) throw new CallerGone('The caller has gone before its turn.');
    if (problem !== null) throw ambiguousRequest(problem);
    position = events.position().text;
    span = tracing?.begin(request, context) ?? null;
    const given = span === null ? route(context) : span.run(() => route(context));
    if (isChunked(request) && request.readableFlowing === null) discardBody(request);
    return given;
  };
  return waitForPosition(request, events).then(run).then(finish, fail);
}

/**
 * Until this process has applied the events up to the position that the caller knows, or a moment has
 * passed. A header that is no position of this stream is ignored.
 */
function waitForPosition(
  { headers }: IncomingMessage,
  events: ServeOptions['events'],
): Promise<unknown> {
  const sent = headers['events-position'];
  if (sent === undefined) return settled;
  const least = typeof sent === 'string' ? parsePosition(sent) : null;
  return least === null ? settled : events.reaches(least, longestWaitMs);
}

function recordSafely(
  context: RequestContext,
  end: RequestEnd,
  { recorders, log }: ServeOptions,
): void {
  try {
    recordEnd(recorders, context, end);
  } catch (error) {
    const line = { event: 'request_log_failed', error: describe(error) } as const;
    log.error(line, 'A request was answered, but its log line or metrics failed.');
  }
}

/** Null where the caller has closed the connection. */
function httpErrorOf(error: unknown, onUnexpected: () => void): HttpError | null {
  if (error instanceof CallerGone) return null;
  if (error instanceof HttpError) return error;
  onUnexpected();
  return new HttpError(500, 'The server failed.', { code: 'INTERNAL' });
}
