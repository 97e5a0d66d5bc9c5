import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { corsHeaders } from './cors.ts';
import { CallerGone, type Deadline, startDeadline } from './deadline.ts';
import type { Exchange, Observed } from './exchange.ts';
import { noteFailure } from './failure.ts';
import { createGraphQLRoute, type RouteOptions, type Visit } from './graphql-route.ts';
import { describe, logInternal, logRequest } from './logging.ts';
import { pathOf } from './path.ts';
import type { ProviderCalls } from './provider-calls.ts';
import { createReadiness, type ReadinessReport } from './readiness.ts';
import { type Answer, jsonAnswer, methodNotAllowed, Refusal, refusalAnswer } from './refusal.ts';
import { requestIdOf } from './request-id.ts';
import { readShopper } from './shopper.ts';

export interface AppDeps extends Omit<RouteOptions, 'onInternal'> {
  readonly config: Pick<Config['server'], 'requestTimeoutMs' | 'corsOrigins'>;
  readonly log: Logger;
  /** Asked at most every 1.5 s; a rejection counts as failing. */
  readonly ready: () => Promise<ReadinessReport>;
  /** Whose `observe` the provider's adapter reports to. */
  readonly providerCalls: ProviderCalls;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface App {
  /** Answers one request, whatever happens; for `createServer`. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** From now on `/ready` fails and every answer closes its connection. */
  drain(): void;
}

export function createApp(deps: AppDeps): App {
  const { log, providerCalls } = deps;
  const onInternal = (error: unknown, { incoming, params }: Exchange) =>
    logInternal(log, error, { requestId: incoming.requestId, params });
  const route = createRoutes(deps, { onInternal, isDraining: () => draining });
  let draining = false;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const deadline = startDeadline(response, deps.config.requestTimeoutMs);
    const visit = openVisit(request, deadline);
    const { key, requestId } = visit.incoming;
    providerCalls.open(key);
    const answer = await Promise.race([route(visit), deadline.over]).catch((error: unknown) => {
      const refusal = refusalOf(error, () => logInternal(log, error, { requestId, params: null }));
      visit.observed.outcomes = [refusal?.code ?? 'CALLER_GONE'];
      return refusal && refusalAnswer(refusal, requestId);
    });
    deadline.met();
    if (answer !== null) {
      if (draining) response.setHeader('Connection', 'close');
      const cors = corsHeaders(request.headers.origin, deps.config.corsOrigins);
      send(response, answer, { 'X-Request-Id': requestId, ...cors });
    }
    logRequest(log, {
      requestId,
      path: pathOf(request.url),
      ...visit.observed,
      status: answer?.status ?? null,
      durationMs: Math.round(performance.now() - startedAt),
      providerCalls: providerCalls.close(key),
    });
  }

  return {
    handle(request, response) {
      serve(request, response).catch((error: unknown) => {
        log.error({ error: describe(error) }, 'no answer');
        response.destroy();
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

function createRoutes(
  deps: AppDeps,
  state: { readonly onInternal: RouteOptions['onInternal']; readonly isDraining: () => boolean },
): (visit: Visit) => Promise<Answer> {
  const graphql = createGraphQLRoute({ ...deps, onInternal: state.onInternal });
  const readiness = createReadiness(deps.ready, deps.now);
  return async (visit) => {
    const path = pathOf(visit.request.url);
    if (isHostMissing(visit.request)) throw new Refusal(400, 'The Host header is missing.');
    if (path === '/graphql') return graphql(visit);
    if (path === 'other') throw new Refusal(404, 'There is nothing here. The API is at /graphql.');
    if (!isRead(visit.request)) throw methodNotAllowed('GET, HEAD');
    if (path === '/live') return jsonAnswer(200, { ok: true });
    const { ok, checks, failures } = await readiness();
    visit.observed.failures = failures;
    const accepting = !state.isDraining();
    const report = {
      ok: ok && accepting,
      checks: { ...checks, accepting: accepting ? 'ok' : 'failing' },
    };
    return jsonAnswer(report.ok ? 200 : 503, report);
  };
}

/** RFC 9112 section 3.2. Not left to node:http, whose own answer a cache may keep. */
function isHostMissing({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.host === undefined && httpVersion === '1.1';
}

/** node:http leaves the body of an answer to HEAD out. */
function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

function openVisit(request: IncomingMessage, deadline: Deadline): Visit {
  const { shopper, malformed } = readShopper(request.headers);
  const observed: Observed = {
    operationType: null,
    operationName: null,
    fields: [],
    outcomes: [],
    failures: [],
    caller: null,
    droppedHeaders: malformed,
  };
  return {
    request,
    deadline,
    observed,
    incoming: {
      key: randomUUID(),
      requestId: requestIdOf(request.headers['x-request-id']),
      signal: deadline.signal,
      authorization: request.headers.authorization ?? null,
      shopper,
      onFailure: (error) => noteFailure(observed, error),
    },
  };
}

/** Answers hold tokens and personal data, so nothing on the way may keep one (RFC 6749 section 5.1). */
const everyAnswer = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

function send(
  response: ServerResponse,
  answer: Answer,
  headers: Readonly<Record<string, string>>,
): void {
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries({ ...everyAnswer, ...headers, ...answer.headers })) {
    response.setHeader(name, value);
  }
  response.end(answer.body);
}
