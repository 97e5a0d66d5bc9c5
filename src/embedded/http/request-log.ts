import type { MiddlewareHandler } from 'hono';
import type { Exchange, Fault, SeenRequest } from '../handle.ts';
import { newToken } from '../store/ids.ts';
import type { EmbeddedEnv } from './responses.ts';

export interface RequestLog {
  /** Oldest first; the org keeps the last 10,000. */
  all(): readonly SeenRequest[];
  /** @returns notes the status once the answer is out */
  add(request: SeenRequest): (status: number) => void;
  clear(): void;
}

const keptRequests = 10_000;

export function createRequestLog(): RequestLog {
  let requests: { seen: SeenRequest; status: number }[] = [];
  return {
    all: () => requests.map(({ seen, status }) => ({ ...seen, status })),
    add(seen) {
      const entry = { seen, status: 0 };
      requests.push(entry);
      // Cutting in halves keeps the cost of a full log off the single request.
      if (requests.length > keptRequests * 2) requests = requests.slice(-keptRequests);
      return (status) => {
        entry.status = status;
      };
    },
    clear() {
      requests = [];
    },
  };
}

const unanswered: readonly (Fault['kind'] | undefined)[] = ['hang', 'reset', 'raw'];

/** Gives every answer its X-Okta-Request-Id, and shows it to the request log and the observer. */
export function recordRequests(org: {
  readonly requests: RequestLog;
  readonly now: () => number;
  readonly observe: ((exchange: Exchange) => void) | null;
  readonly changed: () => void;
}): MiddlewareHandler<EmbeddedEnv> {
  return async (c, next) => {
    const { method, path } = c.req;
    const answered = org.requests.add({
      method,
      path,
      query: new URL(c.req.url).search.slice(1),
      headers: c.req.header(),
      status: 0,
      at: org.now(),
    });
    c.set('requestId', newToken(27));
    await next();
    const fault = c.get('fault');
    if (unanswered.includes(fault)) return;
    answered(c.res.status);
    if (fault === 'truncate') return;
    c.res.headers.set('x-okta-request-id', c.get('requestId'));
    if (method !== 'GET') org.changed();
    if (org.observe === null || fault === 'answer') return;
    org.observe({
      method,
      path,
      status: c.res.status,
      contentType: c.res.headers.get('content-type'),
      body: await c.res.clone().text(),
    });
  };
}
