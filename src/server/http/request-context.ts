import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { PromiseOrValue } from '../../async/maybe-promise.ts';
import type { ClientAddress } from '../../callers/client-address.ts';
import { readCustomerToken } from '../../callers/customer-token.ts';
import { readShopper } from '../../callers/shopper-headers.ts';
import type { ObservedRequest } from '../../graphql/base/context.ts';
import { noteRejection, noteTokenRefusal, type Observed } from '../graphql/request/exchange.ts';
import { noteFailure } from '../observability/failure.ts';
import { createTrail, type Trail } from '../observability/field-outcomes.ts';
import { readBody } from './body.ts';
import type { Deadline } from './deadline.ts';
import type { Answer } from './http-error.ts';

/** One request from its arrival to its line in the log. */
export interface Visit {
  readonly request: IncomingMessage;
  /**
   * Call it once and before anything asynchronous, since the time of the work starts again after it.
   * @param maxBytes default: 64 KiB
   * @throws as `readBody`, at once or by a rejection; after `REQUEST_TIMEOUT_MS` the request is
   *   refused
   */
  readonly readBody: (maxBytes?: number) => PromiseOrValue<string>;
  readonly incoming: ObservedRequest;
  readonly observed: Observed;
  readonly trail: Trail;
}

/** @throws Refusal, at once or by a rejection, and whatever is no answer of the route's */
export type Route = (visit: Visit) => PromiseOrValue<Answer>;

const acceptable = /^[\w.-]{8,64}$/;

/** The caller's own id where it is harmless in a log line and a header, null otherwise. */
function sentRequestId(headers: IncomingHttpHeaders): string | null {
  const sent = headers['x-request-id'];
  return typeof sent === 'string' && acceptable.test(sent) ? sent : null;
}

export function openVisit(
  request: IncomingMessage,
  { deadline, address, fromProxy }: ClientAddress & { readonly deadline: Deadline },
): Visit {
  const { shopper, malformed } = readShopper(request.headers);
  const sent = sentRequestId(request.headers);
  const requestId = sent ?? randomUUID();
  const observed: Observed = {
    operationType: null,
    operationName: null,
    fields: [],
    outcomes: [],
    failures: [],
    tokenRefusals: [],
    caller: null,
    droppedHeaders: malformed,
  };
  const trail = createTrail();
  return {
    request,
    readBody: (maxBytes) => deadline.receive(readBody(request, maxBytes)),
    observed,
    trail,
    incoming: {
      key: sent === null ? requestId : randomUUID(),
      requestId,
      signal: deadline.signal,
      authorization: request.headers.authorization ?? null,
      customerToken: readCustomerToken(request.headers),
      shopper,
      address,
      fromProxy,
      onCaller(caller) {
        observed.caller = caller.kind;
        trail.caller = caller;
        noteRejection(observed, caller);
      },
      onCustomer(customer) {
        observed.customerToken = customer.kind === 'customer' ? 'ACTIVE' : customer.code;
        trail.customer = customer;
        noteRejection(observed, customer);
      },
      onFailure: (error) => noteFailure(observed, error),
      onRefusedToken: (reason) => noteTokenRefusal(observed, reason),
      onEnd: trail.add,
    },
  };
}
