import type { FieldEnd } from '../../graphql/base/context.ts';
import type { Audit, Audited } from '../observability/audit.ts';
import { type Path, pathOf } from '../observability/path.ts';
import type { ProviderCall, ProviderCalls } from '../observability/provider-calls.ts';
import type { RequestLine, RequestLog } from '../observability/request-log.ts';
import type { RequestSpan } from '../observability/tracing.ts';
import type { DroppedHeaders } from './dropped-headers.ts';
import type { Visit } from './request-context.ts';

/** Everything that records requests. */
export interface Recorders {
  readonly log: RequestLog;
  readonly audit: Audit;
  readonly warnOfDropped: DroppedHeaders;
  /** Null: there are no metrics. */
  readonly count: ((ended: Counted) => void) | null;
  /** The provider's adapter reports to its `observe`. */
  readonly providerCalls: ProviderCalls;
}

/** What the metrics get of a request; every text is of a closed set. */
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

interface Ended {
  readonly path: Path;
  readonly status: number | null;
  readonly durationMs: number;
  readonly calls: readonly ProviderCall[];
}

/** Reports the end of a request to the recorders. */
export function tellEnd(
  { log, audit, warnOfDropped, count, providerCalls }: Recorders,
  visit: Visit,
  { status, startedAt, span }: RequestEnd,
): void {
  const { request, incoming, observed, trail } = visit;
  const ended: Ended = {
    path: pathOf(request.url),
    status,
    durationMs: performance.now() - startedAt,
    calls: providerCalls.close(incoming.key),
  };
  const line = lineOf(visit, ended);
  count?.(countedOf(visit, ended));
  warnOfDropped(trail.caller, observed.droppedHeaders);
  span?.end(line);
  tellAudit(audit, visit, ended);
  log(line);
}

/** Not by spread, which takes longer than to count the request. */
function lineOf(
  { incoming, observed }: Visit,
  { path, status, durationMs, calls }: Ended,
): RequestLine {
  return {
    requestId: incoming.requestId,
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
}

function countedOf({ observed, trail }: Visit, { path, status, durationMs }: Ended): Counted {
  const { outcomes, droppedHeaders, tokenRefusals, caller } = observed;
  const operations = trail.ends;
  return { path, status, durationMs, operations, outcomes, droppedHeaders, tokenRefusals, caller };
}

function tellAudit(
  audit: Audit,
  { incoming, observed, trail }: Visit,
  { path, status, calls }: Ended,
): void {
  const { caller, customer } = trail;
  const audited = (): Audited => ({
    requestId: incoming.requestId,
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
}

/** Most lines have no such list. */
function unlessEmpty<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** The address of the shopper that a service sends; otherwise that of the request. */
function clientIpOf(
  caller: Audited['caller'],
  { shopper, address }: Visit['incoming'],
): string | null {
  return (caller?.kind === 'service' && shopper?.clientIp) || address;
}
