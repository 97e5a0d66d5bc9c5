import { Histogram, type Registry } from 'prom-client';
import { prefix } from './instruments.ts';
import { countByLabel, countByLabels, timeByLabel } from './series.ts';

/** A request that has ended. Every text in it is of a closed set. */
export interface EndedRequest {
  readonly path: string;
  /** Null where the caller went before the answer. */
  readonly status: number | null;
  readonly durationMs: number;
  /** What it asked of the schema, each with how that ended. */
  readonly operations: readonly { readonly field: string; readonly outcome: string }[];
  /** Types of results and codes of errors. */
  readonly outcomes: readonly string[];
  /** Headers about the shopper that were not passed on to Okta. */
  readonly droppedHeaders: readonly string[];
  /** Why tokens of it were refused. */
  readonly tokenRefusals: readonly string[];
  /** What kind of caller it was; null where it was not needed. */
  readonly caller: string | null;
}

/** From what is answered out of memory to what waits for Okta until the deadline. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** More than other metrics may have: each operation has results, and may end with any code. */
const maxOperationSeries = 999;
/** What gateways ask, which is no field of the schema. */
const gateways: ReadonlySet<string> = new Set(['/introspect', '/auth', '/userinfo', '/events']);
const hooks = '/hooks/okta';

export function measureRequests(registry: Registry): (request: EndedRequest) => void {
  const registers = [registry];
  const count = countByLabels({
    name: `${prefix}http_requests_total`,
    help: 'Requests by path and class of the status; none where the caller went before the answer.',
    labelNames: ['path', 'status'],
    registers,
  });
  const countDelivery = countByLabel({
    name: `${prefix}hook_deliveries_total`,
    help: 'What came from event hooks. taken: a delivery; verified: the set-up of one; unauthorized: without the secret; refused: neither.',
    labelNames: ['result'],
    registers,
  });
  const operations = measureOperations(registry);
  const countRefusals = measureRefusals(registry);

  return (request) => {
    const { path, status, durationMs, outcomes } = request;
    count(path, statusClass(status));
    countRefusals(request);
    for (const { field, outcome } of request.operations) {
      operations.count(field, outcome);
      operations.time(field, durationMs);
    }
    if (path === hooks) countDelivery(resultOf(status));
    if (!gateways.has(path)) return;
    operations.time(path, durationMs);
    for (const outcome of outcomes) operations.count(path, outcome);
  };
}

function measureOperations(registry: Registry) {
  const registers = [registry];
  const count = countByLabels(
    {
      name: `${prefix}operations_total`,
      help: 'Root fields of the schema, and /introspect, /auth and /events, by how they ended.',
      labelNames: ['operation', 'outcome'],
      registers,
    },
    maxOperationSeries,
  );
  const time = timeByLabel(
    new Histogram({
      name: `${prefix}operation_duration_seconds`,
      help: 'How long the request took that asked for the operation.',
      labelNames: ['operation'],
      buckets,
      registers,
    }),
  );
  return { count, time };
}

/** Top-level errors, headers about shoppers that were dropped, and tokens that were refused. */
function measureRefusals(registry: Registry): (request: EndedRequest) => void {
  const registers = [registry];
  const countError = countByLabel({
    name: `${prefix}errors_total`,
    help: 'Requests whose answer has a top-level error of this code.',
    labelNames: ['code'],
    registers,
  });
  const countDroppedHeader = countByLabels({
    name: `${prefix}dropped_headers_total`,
    help: 'Headers about the shopper that were dropped. From a service: malformed. From anyone else: not trusted.',
    labelNames: ['header', 'caller'],
    registers,
  });
  const countTokenRefusal = countByLabel({
    name: `${prefix}token_refusals_total`,
    help: 'Requests with a token that was refused, by the reason.',
    labelNames: ['reason'],
    registers,
  });
  return ({ path, outcomes, droppedHeaders, tokenRefusals, caller }) => {
    for (const reason of tokenRefusals) countTokenRefusal(reason);
    for (const header of droppedHeaders) countDroppedHeader(header, caller ?? 'none');
    if (gateways.has(path)) return;
    for (const outcome of outcomes) if (isCode(outcome)) countError(outcome);
  };
}

/** Not put together at each request: a text that is new is looked up slowly. */
const statusClasses: readonly string[] = ['other', '1xx', '2xx', '3xx', '4xx', '5xx'];

function statusClass(status: number | null): string {
  return status === null ? 'none' : (statusClasses[Math.floor(status / 100)] ?? 'other');
}

function resultOf(status: number | null): string {
  if (status === 204) return 'taken';
  if (status === 200) return 'verified';
  return status === 401 ? 'unauthorized' : 'refused';
}

/** Types are written otherwise. */
function isCode(outcome: string): boolean {
  return outcome === outcome.toUpperCase();
}
