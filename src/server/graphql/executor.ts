import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { andThen, type PromiseOrValue } from '../../async/maybe-promise.ts';
import { headersOf } from '../../callers/shopper-headers.ts';
import type { Context, ObservedRequest, Shared } from '../../graphql/base/context.ts';
import type { HttpResponse } from '../http/http-error.ts';
import type { ResponseType } from '../http/media-types.ts';
import {
  type CompiledQueries,
  createCompiledQueries,
  type PreparedOperation,
  useCompiledQueries,
} from './compiled/compiled-queries.ts';
import type { DocumentCaches } from './document-caches.ts';
import type { Documents } from './documents/persisted-documents.ts';
import { schemaNames } from './plugins/redact-message.ts';
import { useDocumentLimits } from './plugins/use-document-limits.ts';
import { useMask } from './plugins/use-mask.ts';
import { outcomesOf, useObserver } from './plugins/use-observer.ts';
import { useParams } from './plugins/use-params.ts';
import { useParsedDocuments } from './plugins/use-parsed-documents.ts';
import type { Exchange, ServerContext } from './request/exchange.ts';

export interface ExecutorOptions {
  readonly schema: GraphQLSchema;
  readonly shared: Shared;
  readonly createContext: (shared: Shared, request: ObservedRequest) => PromiseOrValue<Context>;
  readonly production: boolean;
  readonly operationNames: ReadonlySet<string>;
  /** Those that callers are given, and those that the operator has named. */
  readonly documents: Documents;
  readonly documentCaches: DocumentCaches;
  /** Default: true. Without it the answers are the same. */
  readonly compileQueries?: boolean;
  readonly onInternal: (error: unknown, exchange: Exchange) => void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly accept: ResponseType;
}

/** Runs requests that the guards have let through; failures are part of the answer. */
export type Execute = (request: HttpRequest, exchange: Exchange) => PromiseOrValue<HttpResponse>;

export function createExecutor(options: ExecutorOptions): Execute {
  const compiled = options.compileQueries === false ? null : createCompiledQueries(options);
  const viaYoga = createYogaExecutor(options, compiled);
  if (compiled === null) return viaYoga;
  return (request, exchange) => {
    const { params } = exchange;
    const prepared = compiled.find(params);
    if (prepared === null) return viaYoga(request, exchange);
    return executeCompiled(prepared, { request, exchange, options, viaYoga });
  };
}

/** A result with errors goes on through Yoga, which masks and writes them. */
function executeCompiled(
  prepared: PreparedOperation,
  how: {
    readonly request: HttpRequest;
    readonly exchange: Exchange;
    readonly options: ExecutorOptions;
    readonly viaYoga: Execute;
  },
): PromiseOrValue<HttpResponse> {
  const { request, exchange, options, viaYoga } = how;
  Object.assign(exchange.context.record, prepared.observed);
  const run = (context: Context) => andThen(prepared.run(context), toAnswer);
  const toAnswer = (result: ExecutionResult | null) => {
    if (result === null) {
      exchange.context.record.forgetFieldOutcomes();
      return viaYoga(request, exchange);
    }
    if (result.errors !== undefined) return viaYoga(request, { ...exchange, result });
    exchange.context.record.outcomes = outcomesOf(result, options.schema);
    return {
      status: 200,
      headers: { 'content-type': `${request.accept}; charset=utf-8` },
      body: JSON.stringify(result),
    };
  };
  return andThen(contextOf(options, exchange), run);
}

function createYogaExecutor(options: ExecutorOptions, compiled: CompiledQueries | null): Execute {
  const yoga = createYoga<ServerContext, Context>({
    schema: options.schema,
    context: ({ exchange }) => contextOf(options, exchange),
    plugins: [
      useParams(),
      useParsedDocuments({
        parsedDocuments: options.documentCaches.parsed,
        suggestions: !options.production,
      }),
      useDocumentLimits({ introspection: !options.production }),
      // The last two in this order, so that the observer sees masked errors only.
      useMask({
        explainWith: options.production ? null : schemaNames(options.schema),
        onInternal: options.onInternal,
      }),
      useObserver(options),
      ...(compiled === null ? [] : [useCompiledQueries(compiled)]),
    ],
    // Yoga's own cache keeps failed documents and has no limit by size.
    parserAndValidationCache: false,
    // Done before Yoga or by the mask; Yoga's own ways are slower or reveal more.
    maxRequestBodySize: false,
    maskedErrors: false,
    logging: false,
    cors: false,
    multipart: false,
    graphiql: false,
    landingPage: false,
  });

  return async ({ method, accept }, exchange) => {
    const url = 'http://localhost/graphql';
    const request = new yoga.fetchAPI.Request(url, { method, headers: { accept } });
    const response = await yoga.handleRequest(request, { exchange });
    return {
      status: response.status,
      headers: headersOfResponse(response.headers),
      body: await response.text(),
    };
  };
}

/** Without Content-Length, which the sender adds. The fetch API gives names in lower case. */
function headersOfResponse(headers: Iterable<readonly [string, string]>): HttpResponse['headers'] {
  const spelt = [...headers].map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(spelt.filter(([name]) => name !== 'content-length'));
}

function contextOf(
  { createContext, shared }: ExecutorOptions,
  { context: request }: Exchange,
): PromiseOrValue<Context> {
  return andThen(createContext(shared, request), (context) => {
    const { shopper, record } = request;
    if (shopper !== null && context.call.shopper !== shopper) {
      const dropped = [...record.droppedHeaders, ...headersOf(shopper)];
      record.droppedHeaders = [...new Set(dropped)];
    }
    return context;
  });
}
