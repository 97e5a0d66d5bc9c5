import type { ExecutionResult } from 'graphql';
import type { Caller, RejectedCaller, TokenRefusal } from '../../../callers/caller.ts';
import type { ShopperHeader } from '../../../callers/shopper-headers.ts';
import type { ObservedRequest } from '../../../graphql/base/context.ts';
import type { Failure } from '../../observability/failure.ts';
import type { Trail } from '../../observability/field-outcomes.ts';
import type { GraphQLRequest } from './params.ts';

/** What the log may know of a request: closed sets and numbers, nothing that a caller wrote. */
export interface Observed {
  operationType: 'query' | 'mutation' | 'subscription' | null;
  /** A name of the documents in schema/operations, `other`, or null where there was none. */
  operationName: string | null;
  /** Root fields that exist in the schema. */
  fields: readonly string[];
  /** Types of union results and codes of errors. */
  outcomes: readonly string[];
  /** Why, of those outcomes that are failures; empty for a refusal that says all by its code. */
  failures: readonly Failure[];
  /** Why tokens were refused, each reason once. */
  tokenRefusals: readonly TokenRefusal[];
  /** Null where it was not needed. */
  caller: Caller['kind'] | null;
  /** The verdict on `X-Customer-Token`; undefined where it was not needed. */
  customerToken?: 'ACTIVE' | RejectedCaller['code'] | undefined;
  /** Headers about the shopper that were not passed on: malformed, or not from a service. */
  droppedHeaders: readonly ShopperHeader[];
  /** Only of a delivery by an event hook: how many of which type. */
  events?: Readonly<Record<string, number>> | undefined;
}

export function noteTokenRefusal(observed: Observed, reason: TokenRefusal): void {
  if (observed.tokenRefusals.includes(reason)) return;
  observed.tokenRefusals = [...observed.tokenRefusals, reason];
}

/** Notes why the token of a caller, or of a customer, was refused. */
export function noteRejection(observed: Observed, caller: Caller): void {
  if (caller.kind === 'rejected' && caller.reason) noteTokenRefusal(observed, caller.reason);
}

/** One GraphQL request on its way through the fast lane or Yoga. */
export interface Exchange {
  readonly incoming: ObservedRequest;
  readonly params: GraphQLRequest;
  /** Where the fast lane has run the document already: all that is left is the answer. */
  readonly result?: ExecutionResult;
  /** Filled in on the way. */
  readonly observed: Observed;
  readonly trail: Trail;
}

/** What Yoga gives to every plugin. */
export interface ServerContext extends Record<string, unknown> {
  readonly exchange: Exchange;
}
