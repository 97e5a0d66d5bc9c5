import type { Plugin } from 'graphql-yoga';
import type { Documents } from './documents.ts';
import type { Exchange, ServerContext } from './exchange.ts';
import type { FastLane } from './fast-lane/fast-lane.ts';

/**
 * Where the two ways of a document meet. The lane learns what has passed parsing, validation and
 * limits here; and what went wrong there is masked and written here.
 * @param documents that are worth a place whoever sends them; others, only where a service does
 */
export function useFastLane(
  lane: FastLane,
  documents: Documents,
): Plugin<ServerContext, ServerContext> {
  return {
    onParams({ context, setResult }) {
      const { result }: Exchange = context.exchange;
      if (result !== undefined) setResult(result);
    },
    onExecute({ args }) {
      const { params, observed }: Exchange = args.contextValue.exchange;
      return {
        onExecuteDone() {
          if (observed.caller !== 'service' && !documents.has(params.query)) return;
          lane.learn(params, args.document);
        },
      };
    },
  };
}
