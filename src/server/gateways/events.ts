import { andThen, orElse, type PromiseOrValue } from '../../async/maybe-promise.ts';
import { type Caller, isAuthenticatedNonService } from '../../callers/caller.ts';
import { callFor, type IncomingCall } from '../../callers/incoming-request.ts';
import type { Authentication } from '../../callers/verify-unauthenticated.ts';
import type { EventLog } from '../../events/event-log.ts';
import { longestWaitMs, type Position, parsePosition } from '../../events/position.ts';
import { AccountError } from '../../identity/errors.ts';
import type { EventStreams } from '../events/streams.ts';
import { type HttpResponse, methodNotAllowed } from '../http/http-error.ts';
import type { RequestContext, Route } from '../http/request-context.ts';
import { authenticateClient } from './client-authentication.ts';
import { OAuthError, oauthErrorResponse, unavailable } from './oauth-error.ts';

/** For a service that has enough streams, and while the process ends. */
const busySeconds = 5;

interface Options {
  readonly shared: Authentication;
  readonly log: EventLog;
  readonly streams: EventStreams;
  readonly isDraining: () => boolean;
}

/** The account events as server-sent events, for services that cache verdicts and profiles. */
export function createEventsRoute(options: Options): Route {
  return (context) =>
    orElse(
      () => openStream(context, options),
      (error) => errorResponse(error, context),
    );
}

function openStream(context: RequestContext, options: Options): PromiseOrValue<HttpResponse> {
  const { request, record } = context;
  const { shared, log } = options;
  if (request.method !== 'GET') throw methodNotAllowed('GET');
  const caller = callerOf(context, shared, callFor(context, null));
  return andThen(caller, (found) => {
    record.noteCaller(found);
    if (found.kind !== 'service') throw refusalOf(found, context.authorization);
    const lastSeen = parsePosition(headerOf(request.headers['last-event-id']));
    // The reader may come from a process that is a moment ahead of this one.
    const isNear = lastSeen === null || log.reaches(lastSeen, longestWaitMs);
    return andThen(isNear, () => answer(found.id, lastSeen, context, options));
  });
}

function answer(
  service: string,
  lastSeen: Position | null,
  context: RequestContext,
  { shared, streams, isDraining }: Options,
): HttpResponse {
  if (isDraining()) throw busy(503, 'The server is about to end.');
  if (!streams.hasRoomFor(service)) throw busy(429, 'There are too many open streams.');
  context.record.outcomes = [lastSeen === null ? 'STARTED' : 'RESUMED'];
  const isAllowed = async () => {
    const caller = await callerOf(context, shared, checkCall());
    return caller.kind === 'service' && caller.id === service;
  };
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      // A proxy that compresses or transforms collects bytes first.
      'Cache-Control': 'no-store, no-transform',
      // https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
      'X-Accel-Buffering': 'no',
    },
    body: '',
    stream: (response) => streams.open(response, { service, lastSeen, isAllowed }),
  };
}

const noForm: ReadonlyMap<string, string> = new Map();

function callerOf(
  { authorization }: RequestContext,
  shared: Authentication,
  call: IncomingCall,
): PromiseOrValue<Caller> {
  return authenticateClient({ authorization, form: noForm }, shared, call);
}

/** The request has ended long ago, so the check is no part of it. */
function checkCall(): IncomingCall {
  const signal = AbortSignal.timeout(10_000);
  return { requestId: 'events', signal, shopper: null, address: null };
}

function headerOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** RFC 6750 section 3.1. Customers read their own account, never the events of all. */
function refusalOf(caller: Caller, authorization: string | null): OAuthError {
  if (isAuthenticatedNonService(caller)) {
    return new OAuthError(403, 'insufficient_scope', 'The access token is not that of a service.', {
      'WWW-Authenticate': 'Bearer realm="events", error="insufficient_scope"',
    });
  }
  const isToken = /^ *bearer/i.test(authorization ?? '');
  const challenge = isToken
    ? 'Bearer realm="events", error="invalid_token"'
    : 'Basic realm="events", charset="UTF-8"';
  return new OAuthError(
    401,
    isToken ? 'invalid_token' : 'invalid_client',
    'The credentials of the service are missing or not valid.',
    { 'WWW-Authenticate': challenge },
  );
}

function busy(status: 429 | 503, message: string): OAuthError {
  return new OAuthError(status, 'temporarily_unavailable', message, {
    'Retry-After': `${busySeconds}`,
  });
}

/** @throws any error that is no response of this endpoint, unchanged */
function errorResponse(error: unknown, { record }: RequestContext): HttpResponse {
  if (error instanceof OAuthError) {
    record.outcomes = [error.error];
    return oauthErrorResponse(error);
  }
  if (!(error instanceof AccountError)) throw error;
  record.outcomes = [error.code];
  record.noteFailure(error);
  return oauthErrorResponse(unavailable(error));
}
