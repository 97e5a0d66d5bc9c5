import type { DocumentNode, GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Context, IncomingRequest, Shared } from '../graphql/context.ts';
import { useDocumentLimits } from './document-limits.ts';
import type { Exchange, ServerContext } from './exchange.ts';
import { useMask } from './mask.ts';
import type { ResponseType } from './media-types.ts';
import { schemaNames } from './readable.ts';
import type { Answer } from './refusal.ts';
import { headersOf } from './shopper.ts';
import { useObserver } from './use-observer.ts';
import { useParams } from './use-params.ts';
import { useTokenLimit } from './use-token-limit.ts';

export interface ExecutorOptions {
  readonly schema: GraphQLSchema;
  readonly shared: Shared;
  readonly createContext: (shared: Shared, request: IncomingRequest) => Promise<Context>;
  readonly production: boolean;
  readonly operationNames: ReadonlySet<string>;
  readonly onInternal: (error: unknown, exchange: Exchange) => void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly accept: ResponseType;
}

/** Runs requests that the guards have let through; failures are part of the answer. */
export type Execute = (request: HttpRequest, exchange: Exchange) => Promise<Answer>;

/** Characters of documents to remember as parsed: a flood of new ones must not fill the memory. */
const rememberedCharacters = 2_000_000;

export function createExecutor(options: ExecutorOptions): Execute {
  const yoga = createYoga<ServerContext, Context>({
    schema: options.schema,
    context: ({ exchange }) => observedContext(options, exchange),
    plugins: [
      useParams(),
      // Both before Yoga's cache, which then remembers what they let through.
      useTokenLimit(),
      useDocumentLimits({ introspection: !options.production }),
      // The last two in this order, so that the observer sees masked errors only.
      useMask({
        explainWith: options.production ? null : schemaNames(options.schema),
        onInternal: options.onInternal,
      }),
      useObserver(options),
    ],
    parserAndValidationCache: {
      documentCache: byText<DocumentNode>(),
      errorCache: byText<object>(),
    },
    // Done before Yoga or by the mask; its own ways are slower or tell more.
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
    const headers = Object.fromEntries(response.headers);
    return { status: response.status, headers, body: await response.text() };
  };
}

function byText<Value extends object>(): LRUCache<string, Value> {
  return new LRUCache({
    maxSize: rememberedCharacters,
    sizeCalculation: (_value, text) => Math.max(1, text.length),
  });
}

async function observedContext(
  options: ExecutorOptions,
  { incoming, observed }: Exchange,
): Promise<Context> {
  const context = await options.createContext(options.shared, incoming);
  if (incoming.shopper !== null && context.call.shopper === null) {
    observed.droppedHeaders = [...observed.droppedHeaders, ...headersOf(incoming.shopper)];
  }
  return {
    ...context,
    async caller() {
      const caller = await context.caller();
      observed.caller = caller.kind;
      return caller;
    },
  };
}
