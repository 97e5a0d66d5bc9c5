import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { noteTokenRefusal, type Observed } from '../graphql/request/exchange.ts';
import { noteFailure } from '../observability/failure.ts';
import { createTrail } from '../observability/field-outcomes.ts';
import { sentRequestId } from '../request-id.ts';
import type { Visit } from '../route.ts';
import { readBody } from './body.ts';
import type { ClientAddress } from './client-address.ts';
import type { Deadline } from './deadline.ts';
import { readShopper } from './shopper-headers.ts';

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
      customerToken: sentCustomerToken(request.headers),
      shopper,
      address,
      fromProxy,
      onCaller(caller) {
        observed.caller = caller.kind;
        trail.caller = caller;
        if (caller.kind === 'rejected' && caller.reason) noteTokenRefusal(observed, caller.reason);
      },
      onCustomer(customer) {
        observed.customerToken = customer.kind === 'customer' ? 'ACTIVE' : customer.code;
        trail.customer = customer;
        if (customer.kind === 'rejected' && customer.reason) {
          noteTokenRefusal(observed, customer.reason);
        }
      },
      onFailure: (error) => noteFailure(observed, error),
      onRefusedToken: (reason) => noteTokenRefusal(observed, reason),
      onEnd: trail.add,
    },
  };
}

/** Empty is none: a frontend server may send it for everyone, logged in or not. */
function sentCustomerToken({ 'x-customer-token': sent }: IncomingHttpHeaders): string | null {
  return [sent ?? ''].flat().join(', ') || null;
}
