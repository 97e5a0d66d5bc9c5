import type { Context, Hono } from 'hono';
import { type EmbeddedEnv, notFound, type ResourceType, readJson } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import type { ManagedResource } from '../../oauth/permissions.ts';
import type { Org } from '../../org.ts';
import type { Collection, Resource, Table } from '../../store/resources.ts';
import { readBody } from './bodies.ts';
import type { Json } from './json.ts';
import { type PageSize, page } from './paging.ts';

type Ctx = Context<EmbeddedEnv>;

/** Where in the org a request is. */
export interface Place {
  readonly org: Org;
  readonly c: Ctx;
  /** Id of the resource that the collection belongs to; empty: it belongs to the org. */
  readonly parentId: string;
}

type Operation = 'list' | 'create' | 'get' | 'replace' | 'delete' | 'lifecycle';

/** One kind of things that the admin API serves: what differs from kind to kind. */
export interface Kind<Body> {
  readonly table: Table<Body>;
  /** Path of the collection, such as `/api/v1/authorizationServers/:server/scopes`. */
  readonly path: string;
  /** As in `okta.{scope}.read`. */
  readonly scope: ManagedResource;
  /** Okta's word for it in errors. */
  readonly type: ResourceType;
  readonly operations: readonly Operation[];
  readonly json: (at: Place, resource: Resource<Body>) => Json | Promise<Json>;
  /** The id of what the collection belongs to. @throws ApiError where there is no such thing */
  readonly parent?: (org: Org, c: Ctx) => string;
  /** Turns an alias in the path, such as a client id, into the id. Default: no aliases. */
  readonly idOf?: (at: Place, id: string) => string;
  /** What Okta says is invalid; default: the member of the body. */
  readonly about?: string;
  /** Before anything else. @throws ApiError for what Okta has and this org has not */
  readonly accepts?: (json: Json) => void;
  /** What the schema reads in the place of the body. */
  readonly complete?: (json: Json, before: Resource<Body> | null) => Json;
  /** Default: one with the prefix of the table. */
  readonly newId?: (body: Body) => string;
  /** What the list is wrapped in. */
  readonly listAs?: (shown: readonly Json[], at: Place) => Json;
  /** In the order of the list, those that the query asks for; default: all as they were made. */
  readonly select?: (at: Place, collection: Collection<Body>) => Resource<Body>[];
  /** Default: no pages. */
  readonly pages?: PageSize;
  /** Of lists that come whole in spite of that. */
  readonly isWhole?: (at: Place) => boolean;
  /** Status of the answer to a new one; default 200. */
  readonly created?: 200 | 201;
  /** @throws ApiError for a body that Okta refuses. @param before null: it is a new one */
  readonly check?: (at: Place, body: Body, before: Resource<Body> | null) => void;
  /** Once a new or changed one has its place. */
  readonly saved?: (at: Place, resource: Resource<Body>, before: Body | null) => void;
  /** @throws ApiError for one that Okta does not delete, or not yet */
  readonly mayDelete?: (at: Place, resource: Resource<Body>) => void;
  readonly mayDeactivate?: (at: Place, resource: Resource<Body>) => void;
  /** Whether a change leaves the status alone, whatever the body says. */
  readonly keepsStatus?: true;
  /** The answer to a change of the status; default: nothing (204). */
  readonly lifecycleAnswer?: 'empty' | 'resource';
}

/** Adds the routes of a kind. */
export function serve<Body>(app: Hono<EmbeddedEnv>, org: Org, kind: Kind<Body>): void {
  const one = `${kind.path}/:id`;
  const guard = requireManagement(org, kind.scope);
  const does = (operation: Operation) => kind.operations.includes(operation);
  const shown = async (at: Place, resource: Resource<Body>, status: 200 | 201 = 200) =>
    at.c.json(await kind.json(at, resource), status);
  if (does('list')) app.get(kind.path, guard, (c) => list(kind, placeOf(org, kind, c)));
  if (does('create')) {
    app.post(kind.path, guard, async (c) => {
      const at = placeOf(org, kind, c);
      return shown(at, await create(kind, at), kind.created);
    });
  }
  if (does('get')) {
    app.get(one, guard, (c) => {
      const at = placeOf(org, kind, c);
      return shown(at, find(kind, at));
    });
  }
  if (does('replace')) {
    app.put(one, guard, async (c) => {
      const at = placeOf(org, kind, c);
      const resource = find(kind, at);
      replace(kind, at, { resource, body: await readJson(c) });
      return shown(at, resource);
    });
  }
  if (does('delete')) {
    app.delete(one, guard, (c) => {
      remove(kind, placeOf(org, kind, c));
      return c.body(null, 204);
    });
  }
  if (does('lifecycle')) serveLifecycle(app, org, kind);
}

/** Where the path of a request is in the org. */
export function placeOf<Body>(org: Org, kind: Kind<Body>, c: Ctx): Place {
  return { org, c, parentId: kind.parent?.(org, c) ?? '' };
}

function collectionOf<Body>({ table }: Kind<Body>, { org, parentId }: Place): Collection<Body> {
  return org.store.resources.of(table, parentId);
}

/** The one that the path names. @throws ApiError E0000007 */
export function find<Body>(kind: Kind<Body>, at: Place, param = 'id'): Resource<Body> {
  const named = at.c.req.param(param) ?? '';
  const found = collectionOf(kind, at).get(kind.idOf?.(at, named) ?? named);
  if (found === undefined) throw notFound(named, kind.type);
  return found;
}

/** All of a collection but the one that is made or changed. @param before null: it is a new one */
export function othersOf<Body>(
  org: Org,
  table: Table<Body>,
  before: Resource<Body> | null,
  parentId?: string,
): readonly Resource<Body>[] {
  const all = [...org.store.resources.of(table, parentId).values()];
  return all.filter(({ id }) => id !== before?.id);
}

async function list<Body>(kind: Kind<Body>, at: Place): Promise<Response> {
  const collection = collectionOf(kind, at);
  const all = kind.select?.(at, collection) ?? [...collection.values()];
  const pages = kind.isWhole?.(at) === true ? undefined : kind.pages;
  const shown = pages === undefined ? all : page(at.c, all, pages);
  const json = await Promise.all(shown.map((resource) => kind.json(at, resource)));
  return at.c.json(kind.listAs?.(json, at) ?? json);
}

async function create<Body>(kind: Kind<Body>, at: Place): Promise<Resource<Body>> {
  const json = await readJson(at.c);
  const body = read(kind, json, null);
  kind.check?.(at, body, null);
  const status = json['status'] === 'INACTIVE' ? 'INACTIVE' : 'ACTIVE';
  const { table } = kind;
  const id = kind.newId?.(body);
  const resource = at.org.store.resources.add(table, {
    body,
    parentId: at.parentId,
    status,
    ...(id !== undefined && { id }),
  });
  kind.saved?.(at, resource, null);
  return resource;
}

function read<Body>(kind: Kind<Body>, json: Json, before: Resource<Body> | null): Body {
  kind.accepts?.(json);
  return readBody(kind.table.schema, kind.complete?.(json, before) ?? json, kind.about);
}

interface Change<Body> {
  readonly resource: Resource<Body>;
  readonly body: Json;
}

export function replace<Body>(
  kind: Kind<Body>,
  at: Place,
  { resource, body: json }: Change<Body>,
): void {
  const body = read(kind, json, resource);
  kind.check?.(at, body, resource);
  const before = resource.body;
  resource.body = body;
  resource.lastUpdated = at.org.now();
  const { status } = json;
  const mayChange = kind.operations.includes('lifecycle') && kind.keepsStatus !== true;
  if (mayChange && (status === 'ACTIVE' || status === 'INACTIVE')) {
    resource.status = status;
  }
  kind.saved?.(at, resource, before);
}

function remove<Body>(kind: Kind<Body>, at: Place): void {
  const resource = find(kind, at);
  kind.mayDelete?.(at, resource);
  at.org.store.resources.remove(kind.table, resource.id, at.parentId);
}

function serveLifecycle<Body>(app: Hono<EmbeddedEnv>, org: Org, kind: Kind<Body>): void {
  const guard = requireManagement(org, kind.scope);
  for (const step of ['activate', 'deactivate'] as const) {
    app.post(`${kind.path}/:id/lifecycle/${step}`, guard, async (c) => {
      const at = placeOf(org, kind, c);
      const resource = find(kind, at);
      if (step === 'deactivate') kind.mayDeactivate?.(at, resource);
      resource.status = step === 'activate' ? 'ACTIVE' : 'INACTIVE';
      resource.lastUpdated = org.now();
      if (kind.lifecycleAnswer === 'resource') return c.json(await kind.json(at, resource));
      return kind.lifecycleAnswer === 'empty' ? c.json({}) : c.body(null, 204);
    });
  }
}
