import { type Context, Hono } from 'hono';
import { ApiError, type EmbeddedEnv } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { LoggedEvent } from './events.ts';
import { compileEventFilter, type EventPredicate } from './filter.ts';
import { compileKeywords } from './keywords.ts';

const maxPage = 1000;
const defaultPage = 100;
const week = 7 * 24 * 60 * 60_000;

type Query = Readonly<Record<string, string>>;

/** `/api/v1/logs`: https://developer.okta.com/docs/reference/system-log-query/ */
export function logsRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  app.get('/api/v1/logs', (c) => listEvents(org, c));
  return app;
}

function listEvents(org: Org, c: Context<EmbeddedEnv>): Response {
  const query = c.req.query();
  const limit = limitOf(query);
  const matches = predicateOf(query);
  const visible = org.events.all().filter(({ indexedAt }) => indexedAt <= org.now());
  const found = (isPolling(query) ? polled : bounded)(org, visible, query);
  const page = found.filter(({ event }) => matches(event)).slice(0, limit);
  const { outgoing } = c.env;
  // One header line per link, as Okta sends them: a client that splits on commas would not notice.
  outgoing.appendHeader('link', `<${c.req.url}>; rel="self"`);
  const after = nextCursor(org, { query, visible, page, full: page.length === limit });
  if (after !== null) {
    const next = new URL(c.req.url);
    next.searchParams.set('after', after);
    outgoing.appendHeader('link', `<${next.href}>; rel="next"`);
  }
  return c.json(page.map(({ event }) => event));
}

/** An endless stream, ordered by when events become visible; everything else is a list. */
function isPolling(query: Query): boolean {
  return query['until'] === undefined && !isDescending(query);
}

const isDescending = ({ sortOrder }: Query) => sortOrder?.toUpperCase() === 'DESCENDING';

/** Events that became visible since then, or after the position of a next link. */
function polled(org: Org, visible: readonly LoggedEvent[], query: Query): LoggedEvent[] {
  const { after } = query;
  const place = after === undefined ? placeOf(org, query) : cursorIn(after);
  return visible
    .filter((logged) => isBehind(logged, place))
    .sort((a, b) => a.indexedAt - b.indexedAt || a.number - b.number);
}

/** The start of a stream. */
function placeOf(org: Org, query: Query): Cursor {
  return { indexedAt: timeOf('since', query) ?? org.now() - week, number: 0 };
}

function isBehind({ indexedAt, number }: Cursor, place: Cursor): boolean {
  return indexedAt > place.indexedAt || (indexedAt === place.indexedAt && number > place.number);
}

/** Events that were published between two times, ordered by that time. */
function bounded(org: Org, visible: readonly LoggedEvent[], query: Query): LoggedEvent[] {
  const until = timeOf('until', query) ?? org.now();
  const since = timeOf('since', query) ?? until - week;
  const sign = isDescending(query) ? -1 : 1;
  const found = visible
    .filter(({ at }) => at >= since && at <= until)
    .sort((a, b) => sign * (a.at - b.at || a.number - b.number));
  if (query['after'] === undefined) return found;
  const last = cursorIn(query['after']);
  const index = found.findIndex(({ number }) => number === last.number);
  if (index === -1) throw new ApiError('E0000020');
  return found.slice(index + 1);
}

interface Cursor {
  readonly indexedAt: number;
  readonly number: number;
}

interface Answered {
  readonly query: Query;
  readonly visible: readonly LoggedEvent[];
  readonly page: readonly LoggedEvent[];
  /** There may be more. */
  readonly full: boolean;
}

/** Null at the end of the list. */
function nextCursor(org: Org, { query, visible, page, full }: Answered): string | null {
  const last = page.at(-1);
  if (!isPolling(query)) return last !== undefined && full ? cursorOf(last) : null;
  if (last !== undefined && full) return cursorOf(last);
  if (full) return query['after'] ?? cursorOf(placeOf(org, query));
  // All visible events were returned. Later ones have a higher number.
  const number = Math.max(0, ...visible.map((logged) => logged.number));
  return cursorOf({ indexedAt: org.now(), number });
}

const cursorOf = ({ indexedAt, number }: Cursor) => `${indexedAt}_${number}`;

function cursorIn(after: string): Cursor {
  const [, indexedAt, number] = /^(\d{1,15})_(\d{1,15})$/.exec(after) ?? [];
  if (indexedAt === undefined) throw new ApiError('E0000020');
  return { indexedAt: Number(indexedAt), number: Number(number) };
}

function predicateOf({ filter, q }: Query): EventPredicate {
  const parts: EventPredicate[] = [];
  if (filter !== undefined && filter !== '') parts.push(compileEventFilter(filter));
  if (q !== undefined && q !== '') parts.push(compileKeywords(q));
  return (event) => parts.every((matches) => matches(event));
}

function limitOf({ limit }: Query): number {
  if (limit === undefined) return defaultPage;
  if (/^\d{1,4}$/.test(limit) && Number(limit) <= maxPage) return Number(limit);
  const cause = `limit: must be an integer between 0 and ${maxPage}`;
  throw new ApiError('E0000001', { about: cause, causes: [cause] });
}

const isoTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

function timeOf(name: 'since' | 'until', query: Query): number | null {
  const text = query[name];
  if (text === undefined || text === '') return null;
  const time = isoTime.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  const causes = [
    `${name}: The date format in your query is not recognized. Please enter dates using ISO8601 string format.`,
    `${name}: must be a valid date-time or empty.`,
  ];
  throw new ApiError('E0000001', { about: causes.join(' '), causes });
}
