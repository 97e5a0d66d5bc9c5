import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PromiseOrValue } from '../and-then.ts';
import type { Config } from '../config.ts';
import { readBody } from './body.ts';
import { type ClientAddress, createClientAddress } from './client-address.ts';
import { corsHeaders } from './cors.ts';
import { CallerGone, type Deadline, startDeadline } from './deadline.ts';
import type { Exchange, Observed } from './exchange.ts';
import { noteFailure } from './failure.ts';
import { createForwardAuthRoute } from './gateways/forward-auth.ts';
import { createIntrospectionRoute } from './gateways/introspection.ts';
import { createGraphQLRoute, type RouteOptions } from './graphql-route.ts';
import { createHookRoute, type HookOptions } from './hook-route.ts';
import { describe, logInternal } from './logging.ts';
import { pathOf } from './path.ts';
import { createReadiness, type ReadinessReport } from './readiness.ts';
import { type Answer, jsonAnswer, methodNotAllowed, Refusal, refusalAnswer } from './refusal.ts';
import { tellEnd, type Witnesses } from './request-end.ts';
import { sentRequestId } from './request-id.ts';
import type { Route, Visit } from './route.ts';
import { createSameTurn, type SameTurn } from './same-turn.ts';
import { readShopper } from './shopper.ts';
import type { RequestSpan, Tracing } from './tracing.ts';
import { createTrail } from './trail.ts';

export interface AppDeps extends Omit<RouteOptions, 'onInternal'>, Witnesses {
  readonly config: Pick<Config['server'], 'requestTimeoutMs' | 'corsOrigins' | 'trustedProxies'>;
  /** Asked at most every 1.5 s; a rejection counts as failing. */
  readonly ready: () => Promise<ReadinessReport>;
  readonly hook: HookOptions;
  /** Null: nobody traces. */
  readonly tracing: Tracing | null;
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
  const addressOf = createClientAddress(deps.config.trustedProxies);
  const sameTurn = createSameTurn();
  let draining = false;

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const startedAt = performance.now();
    let isOver = false;
    let span: RequestSpan | null = null;
    const finish = (answer: Answer | null): void => {
      if (isOver) return;
      isOver = true;
      deadline.met();
      const end = { status: answer?.status ?? null, startedAt, span };
      // After the answers of all requests of this turn: nobody waits for what is told.
      Promise.resolve()
        .then(() => tellEnd(deps, visit, end))
        .catch((error: unknown) => log.error({ error: describe(error) }, 'an end was not told'));
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
    const visit = openVisit(request, { deadline, sameTurn, ...addressOf(request) });
    const { key, requestId } = visit.incoming;
    providerCalls.open(key);
    const answer = begin(() => {
      span = deps.tracing?.begin(request, visit.incoming) ?? null;
      return span === null ? route(visit) : span.run(() => route(visit));
    });
    if (answer instanceof Promise)
      answer.then(finish, fail).catch((error) => lose(error, response));
    else finish(answer);
  }

  /** A failure of our own where there is nothing left to answer with. */
  function lose(error: unknown, response: ServerResponse): void {
    log.error({ error: describe(error) }, 'no answer');
    response.destroy();
  }

  return {
    handle(request, response) {
      try {
        serve(request, response);
      } catch (error) {
        lose(error, response);
      }
    },
    drain() {
      draining = true;
    },
  };
}

/** What is thrown at once is a rejection too. */
function begin<Result>(work: () => PromiseOrValue<Result>): PromiseOrValue<Result> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
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
): Route {
  const graphql = createGraphQLRoute({ ...deps, onInternal: state.onInternal });
  const introspection = createIntrospectionRoute(deps.shared);
  const forwardAuth = createForwardAuthRoute(deps.shared);
  const hook = createHookRoute(deps.hook);
  const readiness = createReadiness(deps.ready, deps.now);
  const ready = async (visit: Visit): Promise<Answer> => {
    const { ok, checks, failures } = await readiness();
    visit.observed.failures = failures;
    const accepting = !state.isDraining();
    const report = {
      ok: ok && accepting,
      checks: { ...checks, accepting: accepting ? 'ok' : 'failing' },
    };
    return jsonAnswer(report.ok ? 200 : 503, report);
  };
  return (visit) => {
    const path = pathOf(visit.request.url);
    if (isHostMissing(visit.request)) throw new Refusal(400, 'The Host header is missing.');
    if (path === '/graphql') return graphql(visit);
    if (path === '/introspect') return introspection(visit);
    if (path === '/auth') return forwardAuth(visit);
    if (path === '/hooks/okta' && deps.hook.secrets().length > 0) return hook(visit);
    if (path === '/hooks/okta' || path === 'other') throw nothingHere();
    if (!isRead(visit.request)) throw methodNotAllowed('GET, HEAD');
    return path === '/live' ? jsonAnswer(200, { ok: true }) : ready(visit);
  };
}

function nothingHere(): Refusal {
  return new Refusal(404, 'There is nothing here. The API is at /graphql.');
}

/** RFC 9112 section 3.2. Not left to node:http, whose own answer a cache may keep. */
function isHostMissing({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.host === undefined && httpVersion === '1.1';
}

/** node:http leaves the body of an answer to HEAD out. */
function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

function openVisit(
  request: IncomingMessage,
  {
    deadline,
    sameTurn,
    address,
    fromProxy,
  }: ClientAddress & { readonly deadline: Deadline; readonly sameTurn: SameTurn },
): Visit {
  const { shopper, malformed } = readShopper(request.headers);
  const sent = sentRequestId(request.headers);
  const requestId = sent ?? randomUUID();
  const observed: Observed = {
    operationType: null,
    operationName: null,
    fields: [],
    outcomes: [],
    failures: [],
    caller: null,
    droppedHeaders: malformed,
  };
  const trail = createTrail();
  return {
    request,
    readBody: (maxBytes) => deadline.receive(readBody(request, sameTurn, maxBytes)),
    sameTurn,
    observed,
    trail,
    incoming: {
      key: sent === null ? requestId : randomUUID(),
      requestId,
      signal: deadline.signal,
      authorization: request.headers.authorization ?? null,
      shopper,
      address,
      fromProxy,
      onCaller(caller) {
        observed.caller = caller.kind;
        trail.caller = caller;
      },
      onFailure: (error) => noteFailure(observed, error),
      onEnd: trail.add,
    },
  };
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
