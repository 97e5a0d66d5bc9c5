import type { Context, Hono } from 'hono';
import { ApiError, type EmbeddedEnv } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import type { Org } from '../../org.ts';
import { appTable } from '../../settings/apps.ts';
import { merged } from '../../settings/merged.ts';
import { passwordSettings } from '../../settings/password-policy.ts';
import { type Policy, policyTable, policyTypes, ruleTable } from '../../settings/policies.ts';
import { inOrder, rank } from '../../settings/priorities.ts';
import { randomId } from '../../store/ids.ts';
import type { Resource } from '../../store/resources.ts';
import { isoDate } from '../../users/user-json.ts';
import { appJson } from '../apps/app-json.ts';
import { invalid, readBody, refused } from '../rest/bodies.ts';
import { find, type Kind, type Place, placeOf, serve } from '../rest/collection.ts';
import { type Json, lifecycleLink, linkTo } from '../rest/json.ts';
import { page } from '../rest/paging.ts';
import { addCatchAllRule, hasCatchAll, ruleKind } from './rules.ts';

const path = '/api/v1/policies';

const policyKind: Kind<Policy> = {
  table: {
    ...policyTable,
    // Okta knows the default policies by name, and fills in the settings of the others.
    schema: policyTable.schema.transform(completed),
  },
  path,
  scope: 'policies',
  type: 'Policy',
  operations: ['create', 'get', 'replace', 'delete', 'lifecycle'],
  keepsStatus: true,
  json: policyJson,
  saved({ org, c }, resource, before) {
    if (before === null && hasCatchAll(resource.body.type)) addCatchAllRule(org, resource);
    if (before?.system === true) resource.body = { ...resource.body, system: true };
    if (hasCatchAll(resource.body.type)) return;
    const peers = [...org.store.resources.of(policyTable)];
    rank(new Map(peers.filter(([, { body }]) => body.type === resource.body.type)), resource);
    if (c.req.query('activate') === 'false') resource.status = 'INACTIVE';
  },
  newId: ({ type }) => randomId(hasCatchAll(type) ? 'rst' : '00p'),
  mayDelete: (_, resource) => refuseDefault(resource),
  mayDeactivate: (_, resource) => refuseDefault(resource),
};

function refuseDefault({ body }: Resource<Policy>): void {
  if (body.system === true) {
    throw refused('Policy', 'The default policy can be neither deleted nor deactivated.');
  }
}

function completed(body: Policy): Policy {
  const { settings, system: _, ...rest } = body;
  const conditions = body.conditions ?? null;
  if (body.type !== 'PASSWORD') {
    const given = settings === undefined || settings === null ? {} : { settings };
    return { ...rest, ...given, conditions, system: false };
  }
  return {
    ...rest,
    system: false,
    conditions: merged({ authProvider: { provider: 'OKTA' } }, conditions),
    settings: merged(passwordSettings(), settings),
  };
}

function policyJson(
  { org }: Pick<Place, 'org'>,
  { id, status, body, ...times }: Resource<Policy>,
): Json {
  const self = `${org.url()}${path}/${id}`;
  const isSystem = body.system === true;
  return {
    id,
    status,
    name: body.name,
    ...(body.description !== undefined && { description: body.description }),
    priority: body.priority ?? 1,
    system: isSystem,
    conditions: body.conditions,
    created: isoDate(times.created),
    lastUpdated: isoDate(times.lastUpdated),
    ...(body.settings !== undefined && body.settings !== null && { settings: body.settings }),
    _links: {
      ...(!(isSystem && body.type === 'ACCESS_POLICY') && {
        mappings: linkTo(`${self}/mappings`, 'GET', 'POST'),
      }),
      self: isSystem ? linkTo(self, 'GET', 'PUT') : linkTo(self, 'GET', 'PUT', 'DELETE'),
      rules: linkTo(`${self}/rules`, 'GET', 'POST'),
      ...(!isSystem && lifecycleLink(self, status)),
    },
    type: body.type,
  };
}

/** `/api/v1/policies`: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Policy/ */
export function servePolicies(app: Hono<EmbeddedEnv>, org: Org): void {
  const guard = requireManagement(org, 'policies');
  app.get(path, guard, (c) => listPolicies(org, c));
  serve(app, org, policyKind);
  serve(app, org, ruleKind);
  app.post(`${path}/:id/clone`, guard, (c) => clone(placeOf(org, policyKind, c)));
  app.get(`${path}/:id/app`, guard, (c) => {
    const policy = find(policyKind, placeOf(org, policyKind, c));
    const apps = page(c, appsOf(org, policy.id), { fallback: 20, most: 200 });
    return c.json(apps.map((one) => appJson({ org }, one)));
  });
  app.get(`${path}/:id/mappings`, guard, (c) => {
    const policy = find(policyKind, placeOf(org, policyKind, c));
    return c.json(appsOf(org, policy.id).map(({ id }) => mappingJson(org, policy.id, id)));
  });
  app.post(`${path}/:id/mappings`, guard, () => {
    throw new ApiError('E0000001', {
      about: 'Policy mappings are no longer supported on this endpoint.',
    });
  });
}

function listPolicies(org: Org, c: Context<EmbeddedEnv>): Response {
  const asked = c.req.query('type');
  if (asked === undefined) {
    throw invalid('type', 'The field cannot be left blank');
  }
  const type = policyTypes.find((known) => known === asked);
  const status = c.req.query('status');
  const policies = inOrder(org.store.resources.of(policyTable)).filter(
    (policy) => policy.body.type === type && (status === undefined || policy.status === status),
  );
  c.header('link', `<${c.req.url}>; rel="self"`);
  const embedded = type === 'ACCESS_POLICY' ? { _embedded: { resourceType: 'APP' } } : {};
  return c.json(policies.map((policy) => ({ ...policyJson({ org }, policy), ...embedded })));
}

function appsOf(org: Org, policyId: string) {
  return [...org.store.resources.of(appTable).values()].filter(
    ({ body }) => body.accessPolicyId === policyId,
  );
}

function mappingJson(org: Org, policyId: string, appId: string): Json {
  const self = `${org.url()}${path}/${policyId}/mappings/${appId}`;
  return {
    id: appId,
    _links: {
      application: linkTo(`${org.url()}/api/v1/apps/${appId}`),
      policy: linkTo(`${org.url()}${path}/${policyId}`),
      self: linkTo(self),
    },
  };
}

/** @throws ApiError E0000001 for kinds of policies that Okta does not clone */
function clone(at: Place): Response {
  const { org, c } = at;
  const original = find(policyKind, at);
  if (original.body.type !== 'ACCESS_POLICY') throw refused('type', 'The policy cannot be cloned.');
  const { resources } = org.store;
  const body = readBody(policyTable.schema, original.body);
  const copy = resources.add(policyTable, {
    id: randomId('rst'),
    body: { ...body, name: `[cloned] ${body.name}`, system: false },
  });
  for (const rule of inOrder(resources.of(ruleTable, original.id))) {
    resources.add(ruleTable, { parentId: copy.id, body: structuredClone(rule.body) });
  }
  return c.json({ ...policyJson(at, copy), created: null, lastUpdated: null });
}
