import type { IncomingMessage } from 'node:http';
import type { PromiseOrValue } from '../async/maybe-promise.ts';
import type { IncomingRequest } from '../graphql/base/context.ts';
import type { Observed } from './graphql/request/exchange.ts';
import type { Answer } from './http/http-error.ts';
import type { Trail } from './observability/field-outcomes.ts';

/** One request from its arrival to its line in the log. */
export interface Visit {
  readonly request: IncomingMessage;
  /**
   * To be called once, and not after anything was waited for, since the time of the work begins anew after it.
   * @param maxBytes default: 64 KiB
   * @throws as `readBody`, at once or by a rejection; after `REQUEST_TIMEOUT_MS` the request is over
   */
  readonly readBody: (maxBytes?: number) => PromiseOrValue<string>;
  readonly incoming: IncomingRequest;
  readonly observed: Observed;
  readonly trail: Trail;
}

/** @throws Refusal, at once or by a rejection, and whatever is no answer of the route's */
export type Route = (visit: Visit) => PromiseOrValue<Answer>;
