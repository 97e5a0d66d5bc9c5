import type { Plugin } from 'graphql-yoga';
import type { FastLane } from './graphql/compiled/compiled-queries.ts';
import type { Exchange, ServerContext } from './graphql/request/exchange.ts';

/**
 * Where the two ways of a document meet. The lane learns what has passed parsing, validation and
 * limits here; and what went wrong there is masked and written here.
 */
export function useFastLane(lane: FastLane): Plugin<ServerContext, ServerContext> {
  return {
    onParams({ context, setResult }) {
      const { result }: Exchange = context.exchange;
      if (result !== undefined) setResult(result);
    },
    onExecute({ args }) {
      const { params, observed }: Exchange = args.contextValue.exchange;
      return {
        onExecuteDone() {
          lane.learn(params, args.document, { isOfService: observed.caller === 'service' });
        },
      };
    },
  };
}
