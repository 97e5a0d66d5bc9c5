import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PromiseOrValue } from '../../async/maybe-promise.ts';
import type { ClientAddress } from '../../callers/client-address.ts';
import type { Config } from '../../config.ts';
import { readHead } from '../../http/request-head.ts';
import type { Log } from '../../logging/log.ts';
import { describe, logInternal } from '../observability/logger.ts';
import type { RequestSpan, Tracing } from '../observability/tracing.ts';
import { discardBody, isChunked } from './body.ts';
import { corsHeaders } from './cors.ts';
import { CallerGone, startDeadline } from './deadline.ts';
import { type Answer, ambiguousRequest, Refusal, refusalAnswer } from './http-error.ts';
import { openVisit, type Route, type Visit } from './request-context.ts';
import { type Recorders, type RequestEnd, tellEnd } from './request-end.ts';
import { send } from './send.ts';

export interface Serving {
  readonly config: Pick<Config['server'], 'requestTimeoutMs' | 'corsOrigins'>;
  readonly log: Log;
  readonly recorders: Recorders;
  /** Null: there is no tracing. */
  readonly tracing: Tracing | null;
  readonly addressOf: (request: IncomingMessage) => ClientAddress;
  readonly route: Route;
  readonly isDraining: () => boolean;
}

interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** On the clock of `performance.now`. */
  readonly startedAt: number;
}

/** Answers one request, whatever happens, and reports its end. */
export function serve(arrival: Arrival, serving: Serving): void {
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

/** Resolved already: what follows it runs for all requests of a turn before the next step of any. */
const settled = Promise.resolve();

function answer({ request, response, startedAt }: Arrival, serving: Serving): Promise<void> {
  const { config, log, recorders, tracing, route } = serving;
  const problem = readHead(request);
  let isOpen = false;
  let span: RequestSpan | null = null;
  const finish = (given: Answer | null): void => {
    if (!isOpen) return;
    isOpen = false;
    deadline.met();
    const end = { status: given?.status ?? null, startedAt, span };
    // After the answers, since reporting is not urgent.
    void settled.then(() => tell(visit, end, serving));
    if (given === null) return;
    const cors = corsHeaders(request.headers.origin, config.corsOrigins);
    send(response, given, { requestId, cors, isLast: serving.isDraining() });
  };
  const fail = (error: unknown): void => {
    if (!isOpen) return;
    const refusal = refusalOf(error, () => logInternal(log, error, { requestId, params: null }));
    visit.observed.outcomes = [refusal?.code ?? 'CALLER_GONE'];
    finish(refusal && refusalAnswer(refusal, requestId));
  };
  const deadline = startDeadline(response, config.requestTimeoutMs, fail);
  const visit = openVisit(request, { deadline, ...serving.addressOf(request) });
  const { key, requestId } = visit.incoming;
  recorders.providerCalls.open(key);
  isOpen = true;
  const run = (): PromiseOrValue<Answer> => {
    if (response.destroyed) throw new CallerGone('The caller has gone before its turn.');
    if (problem !== null) throw ambiguousRequest(problem);
    span = tracing?.begin(request, visit.incoming) ?? null;
    const given = span === null ? route(visit) : span.run(() => route(visit));
    if (isChunked(request) && request.readableFlowing === null) discardBody(request);
    return given;
  };
  return settled.then(run).then(finish, fail);
}

function tell(visit: Visit, end: RequestEnd, { recorders, log }: Serving): void {
  try {
    tellEnd(recorders, visit, end);
  } catch (error) {
    const line = { event: 'request_log_failed', error: describe(error) } as const;
    log.error(line, 'A request was answered, but its log line or metrics failed.');
  }
}

/** Null where the caller has gone. */
function refusalOf(error: unknown, onUnexpected: () => void): Refusal | null {
  if (error instanceof CallerGone) return null;
  if (error instanceof Refusal) return error;
  onUnexpected();
  return new Refusal(500, 'The server failed.', { code: 'INTERNAL' });
}
