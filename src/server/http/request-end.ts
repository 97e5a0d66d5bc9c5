import type { FieldOutcome } from '../../graphql/base/context.ts';
import type { Audit, Audited } from '../observability/audit.ts';
import type { Path } from '../observability/path.ts';
import type { ProviderCall, ProviderCalls } from '../observability/provider-calls.ts';
import type { RequestLine, RequestLog } from '../observability/request-log.ts';
import type { RequestRecord } from '../observability/request-record.ts';
import type { RequestSpan } from '../observability/tracing.ts';
import type { DroppedHeaders } from './dropped-headers.ts';
import type { RequestContext } from './request-context.ts';

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

/** What the metrics get of a request. Every text is of a closed set. */
export interface Counted {
  readonly path: string;
  readonly status: number | null;
  readonly durationMs: number;
  readonly operations: readonly Pick<FieldOutcome, 'field' | 'outcome'>[];
  readonly outcomes: readonly string[];
  readonly droppedHeaders: readonly string[];
  readonly tokenRefusals: readonly string[];
  readonly caller: string | null;
}

export interface RequestEnd {
  /** Null where the caller closed the connection before the answer. */
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
export function recordEnd(
  { log, audit, warnOfDropped, count, providerCalls }: Recorders,
  context: RequestContext,
  { status, startedAt, span }: RequestEnd,
): void {
  const { path, key, record } = context;
  const durationMs = performance.now() - startedAt;
  const ended: Ended = { path, status, durationMs, calls: providerCalls.close(key) };
  const line = lineOf(context, ended);
  count?.(countedOf(record, ended));
  if (path === '/graphql' && record.droppedHeaders.length > 0) {
    warnOfDropped(record.caller, record.droppedHeaders);
  }
  span?.end(line);
  recordAudit(audit, context, ended);
  log(line);
}

/** Not by spread, which takes longer than to count the request. */
function lineOf(
  { requestId, record }: RequestContext,
  { path, status, durationMs, calls }: Ended,
): RequestLine {
  return {
    requestId,
    path,
    operationType: record.operationType,
    operationName: record.operationName,
    fields: record.fields,
    outcomes: record.outcomes,
    failures: unlessEmpty(record.failures),
    tokenRefusals: unlessEmpty(record.tokenRefusals),
    caller: record.caller?.kind ?? null,
    customerToken: verdictOn(record.customer),
    droppedHeaders: unlessEmpty(record.droppedHeaders),
    events: record.events,
    status,
    durationMs: Math.round(durationMs),
    providerCalls: unlessEmpty(calls),
  };
}

function verdictOn(customer: RequestRecord['customer']): RequestLine['customerToken'] {
  if (customer === null) return undefined;
  return customer.kind === 'customer' ? 'ACTIVE' : customer.code;
}

function countedOf(record: RequestRecord, { path, status, durationMs }: Ended): Counted {
  const { fieldOutcomes: operations, outcomes, droppedHeaders, tokenRefusals } = record;
  const caller = record.caller?.kind ?? null;
  return { path, status, durationMs, operations, outcomes, droppedHeaders, tokenRefusals, caller };
}

function recordAudit(audit: Audit, context: RequestContext, { path, status, calls }: Ended): void {
  const { record } = context;
  // The gateways audit only that a service failed to authenticate, by the code of their answer.
  const caller = path === '/graphql' ? record.caller : null;
  const audited = (): Audited => ({
    requestId: context.requestId,
    path,
    status,
    caller,
    customer: record.customer,
    outcomes: record.outcomes,
    clientIp: clientIpOf(caller, context),
    oktaRequestIds: calls.flatMap(({ oktaRequestId }) => oktaRequestId ?? []),
  });
  const recordOutcome = (outcome: FieldOutcome) => {
    if (outcome.mutation !== null) audit.ended(outcome, outcome.mutation, audited());
  };
  record.fieldOutcomes.forEach(recordOutcome);
  if (caller?.kind === 'rejected' || status === 401) audit.request(audited());
  record.close(recordOutcome);
}

/** Most lines have no such list. */
function unlessEmpty<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** The address of the shopper that a service sends; otherwise that of the request. */
function clientIpOf(
  caller: Audited['caller'],
  { shopper, address }: RequestContext,
): string | null {
  return (caller?.kind === 'service' && shopper?.clientIp) || address;
}
