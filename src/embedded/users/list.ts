import type { Context } from 'hono';
import { ApiError, type EmbeddedEnv } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { UserEntity } from '../store/entities.ts';
import {
  type Compiled,
  compileUserFilter,
  compileUserSearch,
  matchesQuery,
  type Predicate,
  userOrder,
} from './search.ts';
import { listedUserJson } from './user-json.ts';

const maxPage = 200;
const defaultQueryPage = 10;

/** `GET /api/v1/users`: a page of users and the links to the next. */
export function listUsers(org: Org, c: Context<EmbeddedEnv>): Response {
  const query = c.req.query();
  const custom = org.store.customAttributes;
  const users = [...org.store.users.values()].filter(predicate(query, custom));
  const found = sort(users, query, custom);
  const limit = limitOf(query);
  const start = query['q'] === undefined ? startOf(found, query['after']) : 0;
  const page = found.slice(start, start + limit);
  // One header line per link, as Okta sends them: a client that splits on commas would not notice.
  const { outgoing } = c.env;
  outgoing.appendHeader('link', `<${c.req.url}>; rel="self"`);
  const last = page.at(-1);
  if (last !== undefined && start + limit < found.length && query['q'] === undefined) {
    const next = new URL(c.req.url);
    next.searchParams.set('after', cursorOf(last));
    next.searchParams.set('limit', String(limit));
    outgoing.appendHeader('link', `<${next.href}>; rel="next"`);
  }
  return c.json(page.map((user) => listedUserJson(org, user)));
}

type CustomAttributes = Org['store']['customAttributes'];

function predicate(
  { q, filter, search }: Record<string, string>,
  custom: CustomAttributes,
): Predicate {
  if (search !== undefined && filter !== undefined) throw new ApiError('E0000033');
  if (search !== undefined) return compiled(compileUserSearch(search, custom));
  if (filter !== undefined) return compiled(compileUserFilter(filter));
  const matches: Predicate = q === undefined ? () => true : matchesQuery(q);
  return (user) => user.status !== 'DEPROVISIONED' && matches(user);
}

function compiled(result: Compiled): Predicate {
  if (!result.ok) throw new ApiError(result.code);
  return result.matches;
}

/** Only a search is sorted on demand; everything else is as it was created. */
function sort(
  users: UserEntity[],
  { search, sortBy, sortOrder }: Record<string, string>,
  custom: CustomAttributes,
): UserEntity[] {
  if (search === undefined || sortBy === undefined) return users;
  const order = userOrder(sortBy, {
    descending: sortOrder?.toLowerCase() === 'desc',
    custom,
  });
  if (order === null) throw new ApiError('E0000031');
  return users.sort(order);
}

function limitOf({ limit, q }: Record<string, string>): number {
  if (limit === undefined) return q === undefined ? maxPage : defaultQueryPage;
  if (!/^[1-9]\d{0,8}$/.test(limit)) throw new ApiError('E0000020');
  return Math.min(Number(limit), maxPage);
}

const cursorOf = (user: UserEntity) => Buffer.from(user.id).toString('base64url');

function startOf(users: readonly UserEntity[], after: string | undefined): number {
  if (after === undefined) return 0;
  const index = users.findIndex((user) => cursorOf(user) === after);
  if (index === -1) throw new ApiError('E0000020');
  return index + 1;
}
