import type { Hono } from 'hono';
import { type EmbeddedEnv, readJson } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import type { ManagedResource } from '../../oauth/permissions.ts';
import type { Org } from '../../org.ts';
import { type Single, single } from '../../settings/singles.ts';
import type { Resource } from '../../store/resources.ts';
import { readBody } from './bodies.ts';
import type { Json } from './json.ts';

/** Settings of which an org has one of a kind, as the admin API serves them. */
export interface ServedSingle<Body> {
  readonly of: Single<Body>;
  readonly path: string;
  readonly scope: ManagedResource;
  /** Of the requests that change them: `POST` of the members that it names, `PUT` of all. */
  readonly changes: readonly ('POST' | 'PUT')[];
  readonly json: (org: Org, settings: Resource<Body>) => Json;
  /** @throws ApiError for a change that Okta refuses */
  readonly check?: (org: Org, body: Body) => void;
}

export function serveSingle<Body extends object>(
  app: Hono<EmbeddedEnv>,
  org: Org,
  served: ServedSingle<Body>,
): void {
  const guard = requireManagement(org, served.scope);
  app.get(served.path, guard, (c) =>
    c.json(served.json(org, single(org.store.resources, served.of))),
  );
  app.on([...served.changes], served.path, guard, async (c) => {
    const given = await readJson(c);
    const settings = single(org.store.resources, served.of);
    const before = c.req.method === 'POST' ? settings.body : {};
    const body = readBody(served.of.schema, { ...before, ...given });
    served.check?.(org, body);
    settings.body = body;
    settings.lastUpdated = org.now();
    return c.json(served.json(org, settings));
  });
}
