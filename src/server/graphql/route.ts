import { andThen } from '../../async/maybe-promise.ts';
import { isPreflight, preflightResponse } from '../http/cors.ts';
import { HttpError, type HttpResponse, methodNotAllowed } from '../http/http-error.ts';
import { negotiate, prefersPage, requireJson } from '../http/media-types.ts';
import type { Route } from '../http/request-context.ts';
import { createExecutor, type Execute, type ExecutorOptions } from './executor.ts';
import { loadPage, type PageOptions } from './graphiql/page.ts';
import { parseJsonParams, parseUrlParams } from './request/params.ts';

export interface RouteOptions extends ExecutorOptions {
  /** Null: no GraphiQL. */
  readonly graphiql: PageOptions | null;
}

/**
 * The guards in front of the executor: what they refuse costs no parsing and reaches no resolver.
 * @throws HttpError
 */
export function createGraphQLRoute(options: RouteOptions): Route {
  const execute = createExecutor(options);
  const get = createGetRoute(execute, options);

  return (context) => {
    const { request } = context;
    if (request.method === 'GET') return get(context);
    if (request.method === 'OPTIONS' && isPreflight(request)) return preflightResponse(request);
    if (request.method !== 'POST') throw methodNotAllowed('POST');
    const accept = negotiate(request.headers.accept);
    requireJson(request.headers);
    return andThen(context.readBody(), (text) => {
      const params = parseJsonParams(text, options.documents);
      return execute({ method: 'POST', accept }, { context, params });
    });
  };
}

/** The health check that load balancers and routers send by GET. */
const healthCheck = /^\s*(?:query(?:\s+\w+)?\s*)?\{\s*__typename\s*\}\s*$/;

/**
 * Production and development alike, so that a client that sends queries by GET fails before it is
 * deployed. A link, a prefetch or an image must not run a document, nor a proxy's log hold one.
 */
function createGetRoute(execute: Execute, { graphiql, documents }: RouteOptions): Route {
  let page: Promise<HttpResponse> | undefined;
  return (context) => {
    const { accept } = context.request.headers;
    if (graphiql !== null && prefersPage(accept)) {
      page ??= loadPage(graphiql);
      return page;
    }
    const { searchParams } = new URL(context.request.url ?? '/', 'http://localhost');
    if (!healthCheck.test(searchParams.get('query') ?? '')) throw notByGet();
    const params = parseUrlParams(searchParams, documents);
    const http = { method: 'GET', accept: negotiate(accept) } as const;
    return execute(http, { context, params });
  };
}

function notByGet(): HttpError {
  return new HttpError(
    405,
    'Send queries by POST. By GET only `{ __typename }` is answered. For urql set `preferGetMethod: false`, and `preferGetForPersistedQueries: false` in its persistedExchange.',
    { headers: { Allow: 'POST' } },
  );
}
