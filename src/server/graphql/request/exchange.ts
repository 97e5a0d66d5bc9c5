import type { ExecutionResult } from 'graphql';
import type { RequestContext } from '../../http/request-context.ts';
import type { GraphQLRequest } from './params.ts';

/** One GraphQL request on its way through the compiled queries or Yoga. */
export interface Exchange {
  readonly context: Omit<RequestContext, 'request' | 'readBody'>;
  readonly params: GraphQLRequest;
  /** Where the compiled query has run already: only the response has to be written. */
  readonly result?: ExecutionResult;
}

/** What Yoga gives to every plugin. */
export interface ServerContext extends Record<string, unknown> {
  readonly exchange: Exchange;
}
