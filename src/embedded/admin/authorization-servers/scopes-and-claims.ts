import type { Context, Hono } from 'hono';
import type { EmbeddedEnv } from '../../http/responses.ts';
import type { Org } from '../../org.ts';
import {
  type Claim,
  claimTable,
  type Scope,
  scopeTable,
} from '../../settings/authorization-servers.ts';
import type { Resource } from '../../store/resources.ts';
import { invalid, refused } from '../rest/bodies.ts';
import { type Kind, othersOf, type Place, serve } from '../rest/collection.ts';
import { type Json, linkTo } from '../rest/json.ts';

/** Finds the authorization server that a path is about. */
type ParentOf = (org: Org, c: Context<EmbeddedEnv>) => string;

const base = '/api/v1/authorizationServers/:server';

const scopeKind: Kind<Scope> = {
  table: scopeTable,
  path: `${base}/scopes`,
  scope: 'authorizationServers',
  type: 'OAuth2Scope',
  operations: ['list', 'create', 'get', 'replace', 'delete'],
  created: 201,
  complete: ({ system: _, ...json }) => json,
  json: scopeJson,
  select({ c }, scopes) {
    const q = c.req.query('q')?.toLowerCase() ?? '';
    return [...scopes.values()].filter(({ body }) => body.name.toLowerCase().startsWith(q));
  },
  check({ org, parentId }, { name }, before) {
    if (before?.body.system === true && before.body.name !== name) throw system('scope');
    if (name.startsWith('okta.') && before === null) {
      throw refused('name', "name: 'okta.' is a reserved prefix.");
    }
    if (othersOf(org, scopeTable, before, parentId).some(({ body }) => body.name === name)) {
      throw refused('name', `name: A scope named '${name}' already exists.`);
    }
  },
  saved(_, scope, before) {
    if (before?.system === true) scope.body = { ...scope.body, system: true };
  },
  mayDelete(_, { body }) {
    if (body.system) throw system('scope');
  },
};

function system(what: string) {
  return refused(what, `A ${what} of the system cannot be changed or deleted.`);
}

function scopeJson({ org, parentId }: Place, { id, body }: Resource<Scope>): Json {
  const self = `${org.url()}/api/v1/authorizationServers/${parentId}/scopes/${id}`;
  const { name, displayName, description, system: isSystem, metadataPublish, consent } = body;
  return {
    ...{ id, name, displayName, description, system: isSystem, metadataPublish, consent },
    optional: body.optional,
    apiResourceId: null,
    default: body.default,
    _links: { self: linkTo(self, 'GET', 'PUT', 'DELETE') },
  };
}

const claimKind: Kind<Claim> = {
  table: claimTable,
  path: `${base}/claims`,
  scope: 'authorizationServers',
  type: 'OAuth2Claim',
  operations: ['list', 'create', 'get', 'replace', 'delete'],
  created: 201,
  complete: ({ system: _, ...json }) => json,
  json: claimJson,
  check({ org, parentId }, { name, claimType, value, valueType }, before) {
    if (valueType === 'SYSTEM' && before?.body.system !== true) {
      throw invalid('valueType', 'The value is invalid');
    }
    if (valueType !== 'SYSTEM' && (value === undefined || value === null || value === '')) {
      throw invalid('value', 'The field cannot be left blank');
    }
    const isTaken = othersOf(org, claimTable, before, parentId).some(
      ({ body }) => body.name === name && body.claimType === claimType,
    );
    if (isTaken) throw refused('name', `name: A claim named '${name}' already exists.`);
  },
  saved(_, claim, before) {
    if (before?.system === true) claim.body = { ...claim.body, system: true };
  },
  mayDelete(_, { body }) {
    if (body.system) throw system('claim');
  },
};

function claimJson({ org, parentId }: Place, { id, status, body }: Resource<Claim>): Json {
  const self = `${org.url()}/api/v1/authorizationServers/${parentId}/claims/${id}`;
  const { name, claimType, valueType, value, group_filter_type } = body;
  return {
    ...{ id, name, status, claimType, valueType },
    ...(value !== undefined && value !== null && { value }),
    conditions: body.conditions,
    system: body.system,
    alwaysIncludeInToken: body.alwaysIncludeInToken,
    apiResourceId: null,
    ...(valueType === 'GROUPS' && { group_filter_type: group_filter_type ?? 'STARTS_WITH' }),
    _links: { self: linkTo(self, 'GET', 'PUT', 'DELETE') },
  };
}

export function serveScopes(app: Hono<EmbeddedEnv>, org: Org, parent: ParentOf): void {
  serve(app, org, { ...scopeKind, parent });
}

export function serveClaims(app: Hono<EmbeddedEnv>, org: Org, parent: ParentOf): void {
  serve(app, org, { ...claimKind, parent });
}
