import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { PromiseOrValue } from '../and-then.ts';
import type { Config } from '../config.ts';
import { createClientAddress } from './client-address.ts';
import { corsHeaders } from './cors.ts';
import { CallerGone, startDeadline } from './deadline.ts';
import type { Exchange } from './exchange.ts';
import { describe, logInternal } from './logging.ts';
import { type Answer, Refusal, refusalAnswer } from './refusal.ts';
import { type Recorders, type RequestEnd, tellEnd } from './request-end.ts';
import { createRequestLog } from './request-log.ts';
import type { Visit } from './route.ts';
import { createRoutes, type RoutesOptions } from './routes.ts';
import { createSameTurn } from './same-turn.ts';
import type { RequestSpan, Tracing } from './tracing.ts';
import { openVisit } from './visit.ts';

export interface AppDeps extends RoutesOptions, Omit<Recorders, 'log'> {
  readonly log: Logger;
  readonly config: Pick<Config['server'], 'requestTimeoutMs' | 'corsOrigins' | 'trustedProxies'>;
  /** Null: nobody traces. */
  readonly tracing: Tracing | null;
}

export interface App {
  /** Answers one request, whatever happens; for `createServer`. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** From now on `/ready` fails and every answer closes its connection. */
  drain(): void;
}

export function createApp(deps: AppDeps): App {
  const { log, providerCalls } = deps;
  const recorders: Recorders = { ...deps, log: createRequestLog(log) };
  const onInternal = (error: unknown, { incoming, params }: Exchange) =>
    logInternal(log, error, { requestId: incoming.requestId, params });
  const route = createRoutes(deps, { onInternal, isDraining: () => draining });
  const addressOf = createClientAddress(deps.config.trustedProxies);
  const sameTurn = createSameTurn();
  const nextStep = Promise.resolve();
  let draining = false;

  /** Step by step, each for all requests of the turn before the next: to that end it has promises. */
  function serve(request: IncomingMessage, response: ServerResponse, startedAt: number): void {
    let isOver = false;
    let span: RequestSpan | null = null;
    const finish = (answer: Answer | null): void => {
      if (isOver) return;
      isOver = true;
      deadline.met();
      const end = { status: answer?.status ?? null, startedAt, span };
      // After the answers of all requests of this turn: nobody waits for what is told.
      void nextStep.then(() => tell(visit, end));
      if (answer === null) return;
      const cors = corsHeaders(request.headers.origin, deps.config.corsOrigins);
      send(response, answer, { requestId, more: draining ? { ...cors, ...last } : cors });
    };
    const fail = (error: unknown): void => {
      if (isOver) return;
      const refusal = refusalOf(error, () => logInternal(log, error, { requestId, params: null }));
      visit.observed.outcomes = [refusal?.code ?? 'CALLER_GONE'];
      finish(refusal && refusalAnswer(refusal, requestId));
    };
    const deadline = startDeadline(response, deps.config.requestTimeoutMs, fail);
    const visit = openVisit(request, { deadline, ...addressOf(request) });
    const { key, requestId } = visit.incoming;
    providerCalls.open(key);
    const answer = (): PromiseOrValue<Answer> => {
      if (response.destroyed) throw new CallerGone('The caller has gone before its turn.');
      span = deps.tracing?.begin(request, visit.incoming) ?? null;
      return span === null ? route(visit) : span.run(() => route(visit));
    };
    nextStep
      .then(answer)
      .then(finish, fail)
      .catch((error: unknown) => lose(error, response));
  }

  function tell(...end: [Visit, RequestEnd]): void {
    try {
      tellEnd(recorders, ...end);
    } catch (error) {
      log.error({ error: describe(error) }, 'an end was not told');
    }
  }

  /** A failure of our own where there is nothing left to answer with. */
  function lose(error: unknown, response: ServerResponse): void {
    log.error({ error: describe(error) }, 'no answer');
    response.destroy();
  }

  return {
    handle(request, response) {
      const startedAt = performance.now();
      sameTurn(() => {
        try {
          serve(request, response, startedAt);
        } catch (error) {
          lose(error, response);
        }
      });
    },
    drain() {
      draining = true;
    },
  };
}

/** Null where nobody is left to answer. */
function refusalOf(error: unknown, onUnexpected: () => void): Refusal | null {
  if (error instanceof CallerGone) return null;
  if (error instanceof Refusal) return error;
  onUnexpected();
  return new Refusal(500, 'The server failed.', { code: 'INTERNAL' });
}

/** From then on the caller has to connect anew. */
const last = { Connection: 'close' };

function send(
  response: ServerResponse,
  { status, headers, body }: Answer,
  { requestId, more }: { readonly requestId: string; readonly more: Answer['headers'] },
): void {
  const all: Record<string, string | number> = {
    // Answers hold tokens and personal data, so nothing on the way may keep one (RFC 6749 section 5.1).
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': requestId,
  };
  // Not by spread, which takes longer than to send them.
  Object.assign(all, more, headers);
  // RFC 9110 section 8.6: an answer without content has no length either.
  if (status !== 204) all['Content-Length'] = Buffer.byteLength(body);
  response.writeHead(status, all).end(body);
}
