import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { PromiseOrValue } from '../../async/maybe-promise.ts';
import type { ClientAddress } from '../../callers/client-address.ts';
import type { IncomingRequest } from '../../callers/incoming-request.ts';
import { readShopper } from '../../callers/shopper-headers.ts';
import { type Path, pathOf } from '../observability/path.ts';
import { RequestRecord } from '../observability/request-record.ts';
import { readBody } from './body.ts';
import type { Deadline } from './deadline.ts';
import type { HttpResponse } from './http-error.ts';

/** One request from its arrival to its line in the log. */
export interface RequestContext extends IncomingRequest {
  readonly request: IncomingMessage;
  readonly path: Path;
  /**
   * Call it once and before anything asynchronous, since the time of the work starts again after it.
   * @param maxBytes default: 64 KiB
   * @throws as `readBody`, at once or by a rejection; after `REQUEST_TIMEOUT_MS` the request is
   *   refused
   */
  readonly readBody: (maxBytes?: number) => PromiseOrValue<string>;
  /** Filled in on the way. */
  readonly record: RequestRecord;
}

/** @throws HttpError, at once or by a rejection, or any error that is no response of the route's */
export type Route = (context: RequestContext) => PromiseOrValue<HttpResponse>;

const acceptable = /^[\w.-]{8,64}$/;

/** The caller's own id where it is harmless in a log line and a header, null otherwise. */
function sentRequestId(headers: IncomingHttpHeaders): string | null {
  const sent = headers['x-request-id'];
  return typeof sent === 'string' && acceptable.test(sent) ? sent : null;
}

export function createRequestContext(
  request: IncomingMessage,
  { deadline, address, fromProxy }: ClientAddress & { readonly deadline: Deadline },
): RequestContext {
  const { headers } = request;
  const { shopper, malformed } = readShopper(headers);
  const sent = sentRequestId(headers);
  const requestId = sent ?? randomUUID();
  return {
    request,
    path: pathOf(request.url),
    readBody: (maxBytes) => deadline.receive(readBody(request, maxBytes)),
    record: new RequestRecord(malformed),
    key: sent === null ? requestId : randomUUID(),
    requestId,
    signal: deadline.signal,
    authorization: headers.authorization ?? null,
    // A frontend server may send it empty, for a shopper who is not logged in.
    customerToken: [headers['x-customer-token'] ?? []].flat().join(', ') || null,
    shopper,
    address,
    fromProxy,
  };
}
