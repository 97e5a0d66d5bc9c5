import { getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import {
  type ObserverOptions,
  observeOperation,
  outcomesOf,
} from './graphql/plugins/use-observer.ts';
import type { ServerContext } from './graphql/request/exchange.ts';

/** Notes for the log what was asked and how it ended, in names of the schema alone. */
export function useObserver(options: ObserverOptions): Plugin<ServerContext, ServerContext> {
  return {
    onExecute({ args }) {
      const operation = getOperationAST(args.document, args.operationName);
      if (!operation) return;
      const { exchange }: ServerContext = args.contextValue;
      Object.assign(exchange.observed, observeOperation(operation, args.document, options));
    },
    // Runs after the mask, and so sees the codes that callers see.
    onResultProcess({ result, serverContext }) {
      if (Array.isArray(result) || Symbol.asyncIterator in result) return;
      serverContext.exchange.observed.outcomes = outcomesOf(result, options.schema);
    },
  };
}
