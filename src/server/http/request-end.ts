import type { FieldEnd } from '../../graphql/base/context.ts';
import type { Audit, Audited } from '../observability/audit.ts';
import { pathOf } from '../observability/path.ts';
import type { ProviderCalls } from '../observability/provider-calls.ts';
import type { RequestLine, RequestLog } from '../observability/request-log.ts';
import type { RequestSpan } from '../observability/tracing.ts';
import type { DroppedHeaders } from './dropped-headers.ts';
import type { Visit } from './request-context.ts';

/** All that keep a record of requests. */
export interface Recorders {
  readonly log: RequestLog;
  readonly audit: Audit;
  readonly warnOfDropped: DroppedHeaders;
  /** Null: there are no metrics. */
  readonly count: ((ended: Counted) => void) | null;
  /** Whose `observe` the provider's adapter reports to. */
  readonly providerCalls: ProviderCalls;
}

/** What there is to count of a request; every text is of a closed set. */
export interface Counted {
  readonly path: string;
  readonly status: number | null;
  readonly durationMs: number;
  readonly operations: readonly Pick<FieldEnd, 'field' | 'outcome'>[];
  readonly outcomes: readonly string[];
  readonly droppedHeaders: readonly string[];
  readonly tokenRefusals: readonly string[];
  readonly caller: string | null;
}

export interface RequestEnd {
  /** Null where the caller went before the answer. */
  readonly status: number | null;
  /** On the clock of `performance.now`. */
  readonly startedAt: number;
  readonly span: RequestSpan | null;
}

/** Reports the end of a request to the recorders. */
export function tellEnd(
  { log, audit, warnOfDropped, count, providerCalls }: Recorders,
  { request, incoming, observed, trail }: Visit,
  { status, startedAt, span }: RequestEnd,
): void {
  const { requestId, key } = incoming;
  const path = pathOf(request.url);
  const durationMs = performance.now() - startedAt;
  const calls = providerCalls.close(key);
  // Not by spread, which takes longer than to count the request.
  const line: RequestLine = {
    requestId,
    path,
    operationType: observed.operationType,
    operationName: observed.operationName,
    fields: observed.fields,
    outcomes: observed.outcomes,
    failures: unlessEmpty(observed.failures),
    tokenRefusals: unlessEmpty(observed.tokenRefusals),
    caller: observed.caller,
    customerToken: observed.customerToken,
    droppedHeaders: unlessEmpty(observed.droppedHeaders),
    events: observed.events,
    status,
    durationMs: Math.round(durationMs),
    providerCalls: unlessEmpty(calls),
  };
  const { outcomes, droppedHeaders, tokenRefusals } = observed;
  const operations = trail.ends;
  count?.({
    path,
    status,
    durationMs,
    operations,
    outcomes,
    droppedHeaders,
    tokenRefusals,
    caller: observed.caller,
  });
  warnOfDropped(trail.caller, droppedHeaders);
  span?.end(line);

  const { caller, customer } = trail;
  const audited = (): Audited => ({
    requestId,
    path,
    status,
    caller,
    customer,
    outcomes: observed.outcomes,
    clientIp: clientIpOf(caller, incoming),
    oktaRequestIds: calls.flatMap(({ oktaRequestId }) => oktaRequestId ?? []),
  });
  const tell = (end: FieldEnd) => {
    if (end.mutation !== null) audit.ended(end, end.mutation, audited());
  };
  trail.ends.forEach(tell);
  if (caller?.kind === 'rejected' || status === 401) audit.request(audited());
  trail.close(tell);
  log(line);
}

/** What most lines have none of is in none of them. */
function unlessEmpty<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** A service's word for its shopper counts; of anyone else the address that the request came from. */
function clientIpOf(
  caller: Audited['caller'],
  { shopper, address }: Visit['incoming'],
): string | null {
  return (caller?.kind === 'service' && shopper?.clientIp) || address;
}
