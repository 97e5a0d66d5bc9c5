import { LRUCache } from 'lru-cache';
import type { Caller, RejectedCaller } from '../../callers/caller.ts';
import type { Log } from '../../logging/log.ts';
import type { Path } from './path.ts';
import type { ProviderCall } from './provider-calls.ts';
import type { RequestRecord } from './request-record.ts';

/** The log line of a request: a list of what it may hold, never of what it may not. */
export interface RequestLine
  extends Pick<
    RequestRecord,
    'operationType' | 'operationName' | 'fields' | 'outcomes' | 'events'
  > {
  readonly requestId: string;
  readonly path: Path;
  /** Null where the caller closed the connection before the answer. */
  readonly status: number | null;
  readonly durationMs: number;
  /** Null where it was not needed. */
  readonly caller: Caller['kind'] | null;
  /** The verdict on `X-Customer-Token`. It, `events` and the lists below are undefined if there is none. */
  readonly customerToken?: 'ACTIVE' | RejectedCaller['code'] | undefined;
  readonly failures?: RequestRecord['failures'] | undefined;
  readonly tokenRefusals?: RequestRecord['tokenRefusals'] | undefined;
  readonly droppedHeaders?: RequestRecord['droppedHeaders'] | undefined;
  readonly providerCalls?: readonly ProviderCall[] | undefined;
}

export type RequestLog = (line: RequestLine) => void;

/** Cached kinds of lines; a kind is what was asked and how it ended. */
const maxKinds = 200;

/** Serializes what all requests of a kind have in common only once. */
export function createRequestLog(log: Log): RequestLog {
  const kinds = new LRUCache<string, ReturnType<Log['child']>>({ max: maxKinds });
  return (line) => {
    const { path, operationType, operationName, fields, outcomes, caller, status } = line;
    const key = `${path} ${operationType} ${operationName} ${fields} ${outcomes} ${caller} ${status}`;
    let kind = kinds.get(key);
    if (kind === undefined) {
      const shared = { path, operationType, operationName, fields, outcomes, caller, status };
      kind = log.child({ event: 'request', ...shared });
      kinds.set(key, kind);
    }
    const { requestId, durationMs, customerToken, failures, tokenRefusals } = line;
    const { droppedHeaders, events, providerCalls } = line;
    const own = {
      requestId,
      durationMs,
      customerToken,
      failures,
      tokenRefusals,
      droppedHeaders,
      events,
      providerCalls,
    };
    kind[levelOf(line)](own, 'The request ended.');
  };
}

/** Probes come every few seconds, so at the usual level only those that fail get a line. */
function levelOf({ path, status }: RequestLine): 'debug' | 'info' {
  const isProbe = path === '/live' || path === '/ready';
  return isProbe && status === 200 ? 'debug' : 'info';
}
