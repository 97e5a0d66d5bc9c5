import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createClientAddress } from '../callers/client-address.ts';
import type { Config } from '../config.ts';
import type { Log } from '../logging/log.ts';
import type { Exchange } from './graphql/request/exchange.ts';
import { isChunked } from './http/body.ts';
import { createDroppedHeaders } from './http/dropped-headers.ts';
import type { Recorders } from './http/request-end.ts';
import { type ServeOptions, serve } from './http/serve.ts';
import { createTurnBatch } from './http/turn-batch.ts';
import { logInternal } from './observability/logger.ts';
import { createRequestLog } from './observability/request-log.ts';
import type { Tracing } from './observability/tracing.ts';
import { createRoutes, type RoutesOptions } from './routes.ts';

export interface AppDeps extends RoutesOptions, Omit<Recorders, 'log' | 'warnOfDropped'> {
  readonly log: Log;
  readonly config: Pick<Config['server'], 'requestTimeoutMs' | 'corsOrigins' | 'trustedProxies'>;
  /** Null: there is no tracing. */
  readonly tracing: Tracing | null;
}

/** What an answer that goes on needs of its connection. */
export interface Connection {
  /** The time limit of an answer no longer holds. */
  keepOpen(): void;
}

export interface App {
  /** Answers one request, whatever happens; for `createServer`. */
  readonly handle: (
    request: IncomingMessage,
    response: ServerResponse,
    connection?: Connection,
  ) => void;
  /** After it `/ready` fails, every answer closes its connection, and streams have ended. */
  drain(): void;
}

export function createApp(deps: AppDeps): App {
  const { config, log, audit, count, providerCalls, tracing } = deps;
  let draining = false;
  const isDraining = () => draining;
  const onInternal = (error: unknown, { context, params }: Exchange) =>
    logInternal(log, error, { requestId: context.requestId, params });
  const serving: ServeOptions = {
    config,
    log,
    recorders: {
      log: createRequestLog(log),
      audit,
      warnOfDropped: createDroppedHeaders(log),
      count,
      providerCalls,
    },
    tracing,
    addressOf: createClientAddress(config.trustedProxies),
    route: createRoutes(deps, { onInternal, isDraining }),
    isDraining,
    events: deps.events.log,
  };
  const turnBatch = createTurnBatch();

  return {
    handle(request, response, connection = { keepOpen: () => undefined }) {
      const arrival = { request, response, connection, startedAt: performance.now() };
      const start = () => serve(arrival, serving);
      // Not in a batch: unread pieces of its body would pile up.
      if (isChunked(request)) start();
      // Where the HTTP server is traced too, each request has a context of its own.
      else turnBatch(tracing === null ? start : AsyncResource.bind(start));
    },
    drain() {
      draining = true;
      deps.events.streams.drain();
    },
  };
}
