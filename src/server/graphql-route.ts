import { andThen } from '../promise-or-value.ts';
import { isPreflight, preflightAnswer } from './cors.ts';
import { loadPage, type PageOptions } from './graphiql/page.ts';
import { createExecutor, type Execute, type ExecutorOptions } from './graphql.ts';
import { negotiate, requireJson } from './media-types.ts';
import { parseJsonParams, parseUrlParams } from './params.ts';
import { type Answer, methodNotAllowed } from './refusal.ts';
import type { Route } from './route.ts';

export interface RouteOptions extends ExecutorOptions {
  /** Null: no GraphiQL. */
  readonly graphiql: PageOptions | null;
}

/**
 * The guards in front of the executor: what they refuse costs no parsing and reaches no resolver.
 * @throws Refusal
 */
export function createGraphQLRoute(options: RouteOptions): Route {
  const execute = createExecutor(options);
  // In production a link, a prefetch or an image must not run a document, nor a proxy's log hold one.
  const get = options.production ? null : createGetRoute(execute, options);

  return (visit) => {
    const { request } = visit;
    if (isPreflight(request)) return preflightAnswer(request);
    if (request.method === 'GET' && get !== null) return get(visit);
    if (request.method !== 'POST') throw methodNotAllowed(get === null ? 'POST' : 'GET, POST');
    const accept = negotiate(request.headers.accept);
    requireJson(request.headers);
    const { incoming, observed, trail } = visit;
    return andThen(visit.readBody(), (text) => {
      const params = parseJsonParams(text, options.documents);
      return execute({ method: 'POST', accept }, { incoming, observed, trail, params });
    });
  };
}

function createGetRoute(execute: Execute, { graphiql, documents }: RouteOptions): Route {
  let page: Promise<Answer> | undefined;
  return (visit) => {
    const { accept = '*/*' } = visit.request.headers;
    if (graphiql !== null && accept.includes('text/html')) {
      page ??= loadPage(graphiql);
      return page;
    }
    const { searchParams } = new URL(visit.request.url ?? '/', 'http://localhost');
    const params = parseUrlParams(searchParams, documents);
    const { incoming, observed, trail } = visit;
    const http = { method: 'GET', accept: negotiate(accept) } as const;
    return execute(http, { incoming, observed, trail, params });
  };
}
