import type { Context, Hono } from 'hono';
import { ApiError, type EmbeddedEnv, notFound } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import type { Org } from '../../org.ts';
import { findApp } from '../../settings/apps.ts';
import {
  type AssignedRole,
  type CustomRole,
  customRoleTable,
  type ResourceSet,
  resourceSetTable,
  roleTable,
  standardRoles,
} from '../../settings/roles.ts';
import { administratorId } from '../../store/administrator.ts';
import { randomId } from '../../store/ids.ts';
import type { Resource, Table } from '../../store/resources.ts';
import { findUser } from '../../store/store.ts';
import { isoDate } from '../../users/user-json.ts';
import { invalid, refused } from '../rest/bodies.ts';
import { find, type Kind, othersOf, type Place, placeOf, serve } from '../rest/collection.ts';
import { type Json, linkTo } from '../rest/json.ts';

/** Roles of service apps: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/RoleAssignmentClient/ */
const assignmentKind: Kind<AssignedRole> = {
  table: roleTable,
  path: '/oauth2/v1/clients/:client/roles',
  scope: 'roles',
  type: 'RoleAssignment',
  operations: ['list', 'create', 'get', 'delete'],
  parent(org, c) {
    const id = c.req.param('client') ?? '';
    const app = findApp(org.store.resources, id);
    if (app === null) throw notFound(id, 'PublicClientApp');
    return app.id;
  },
  newId: ({ type }) => randomId(type === 'CUSTOM' ? 'irb' : 'ra1'),
  json: assignmentJson,
  check({ org, parentId }, { type, role, 'resource-set': set }) {
    const { resources } = org.store;
    if (type === 'CUSTOM') {
      if (role === undefined || !resources.of(customRoleTable).has(role)) {
        throw notFound(role ?? '', 'CustomRole');
      }
      if (set === undefined || !resources.of(resourceSetTable).has(set)) {
        throw notFound(set ?? '', 'ResourceSet');
      }
    }
    const assigned = [...resources.of(roleTable, parentId).values()];
    if (type !== 'CUSTOM' && assigned.some(({ body }) => body.type === type)) {
      throw new ApiError('E0000090', {
        causes: ['The role specified is already assigned to the user.'],
      });
    }
  },
};

function assignmentJson({ org, c }: Place, assignment: Resource<AssignedRole>): Json {
  const { id, body } = assignment;
  const client = `${org.url()}/oauth2/v1/clients/${c.req.param('client')}`;
  const custom = org.store.resources.of(customRoleTable).get(body.role ?? '');
  const shared = {
    id,
    label: body.type === 'CUSTOM' ? custom?.body.label : standardRoles[body.type],
    type: body.type,
    status: 'ACTIVE',
    created: isoDate(assignment.created),
    lastUpdated: isoDate(assignment.lastUpdated),
    assignmentType: 'CLIENT',
  };
  const iam = `${org.url()}/api/v1/iam`;
  const set = body['resource-set'];
  if (body.type !== 'CUSTOM') return { ...shared, _links: { assignee: linkTo(client) } };
  return {
    ...shared,
    role: body.role,
    'resource-set': set,
    _links: {
      assignee: linkTo(client),
      role: linkTo(`${iam}/roles/${body.role}`),
      'resource-set': linkTo(`${iam}/resource-sets/${set}`),
    },
  };
}

/** The link to itself as a header, which Okta adds to the answers about custom roles. */
function linkedSelf({ c }: Pick<Place, 'c'>, self: string): void {
  c.header('link', `<${self}>; rel="self"`);
}

/** Okta finds both kinds by their labels as well. */
function idOfLabel<Body extends { readonly label: string }>(table: Table<Body>) {
  return ({ org }: Place, named: string): string => {
    const all = [...org.store.resources.of(table).values()];
    return all.find(({ body }) => body.label === named)?.id ?? named;
  };
}

const customRoleKind: Kind<CustomRole> = {
  table: customRoleTable,
  path: '/api/v1/iam/roles',
  scope: 'roles',
  type: 'CustomRole',
  operations: ['list', 'create', 'get', 'replace', 'delete'],
  idOf: idOfLabel(customRoleTable),
  // A change of the role names no permissions: they have endpoints of their own.
  complete: (json, before) => ({ ...before?.body, ...json }),
  listAs: (roles, { org, c }) => {
    const self = `${org.url()}/api/v1/iam/roles`;
    linkedSelf({ c }, self);
    return { roles, _links: { self: linkTo(self) } };
  },
  json: customRoleJson,
  check({ org }, { label }, before) {
    if (othersOf(org, customRoleTable, before).some(({ body }) => body.label === label)) {
      throw refused('label', 'label: A role with this label already exists.');
    }
  },
};

function customRoleJson(at: Place, role: Resource<CustomRole>): Json {
  const self = `${at.org.url()}/api/v1/iam/roles/${role.id}`;
  const { label, description } = role.body;
  if (at.c.req.path !== customRoleKind.path || at.c.req.method === 'POST') linkedSelf(at, self);
  return {
    id: role.id,
    label,
    isCloneable: false,
    description,
    created: isoDate(role.created),
    lastUpdated: isoDate(role.lastUpdated),
    _links: { permissions: linkTo(`${self}/permissions`), self: linkTo(self) },
  };
}

const resourceSetKind: Kind<ResourceSet> = {
  table: resourceSetTable,
  path: '/api/v1/iam/resource-sets',
  scope: 'roles',
  type: 'IAMPolicy',
  operations: ['list', 'create', 'get', 'replace', 'delete'],
  idOf: idOfLabel(resourceSetTable),
  complete: (json, before) => ({ ...before?.body, ...json }),
  listAs: (sets, { org, c }) => {
    const self = `${org.url()}/api/v1/iam/resource-sets`;
    linkedSelf({ c }, self);
    return { _links: { self: linkTo(self) }, 'resource-sets': sets };
  },
  json: resourceSetJson,
  check({ org }, { label }, before) {
    if (othersOf(org, resourceSetTable, before).some(({ body }) => body.label === label)) {
      throw refused('label', 'label: A resource set with this label already exists.');
    }
  },
};

function resourceSetJson(at: Place, set: Resource<ResourceSet>): Json {
  const self = `${at.org.url()}/api/v1/iam/resource-sets/${set.id}`;
  const { label, description } = set.body;
  if (at.c.req.path !== resourceSetKind.path || at.c.req.method === 'POST') linkedSelf(at, self);
  return {
    id: set.id,
    label,
    description,
    created: isoDate(set.created),
    lastUpdated: isoDate(set.lastUpdated),
    _links: {
      bindings: linkTo(`${self}/bindings`),
      self: linkTo(self),
      resources: linkTo(`${self}/resources`),
    },
  };
}

export function serveRoles(app: Hono<EmbeddedEnv>, org: Org): void {
  serve(app, org, assignmentKind);
  serve(app, org, customRoleKind);
  serve(app, org, resourceSetKind);
  const guard = requireManagement(org, 'roles');
  app.get('/api/v1/users/:user/roles', guard, (c) => c.json(rolesOfUser(org, c.req.param('user'))));
  const roleOf = (c: Context<EmbeddedEnv>) => find(customRoleKind, placeOf(org, customRoleKind, c));
  const path = `${customRoleKind.path}/:id/permissions`;
  app.get(path, guard, (c) => {
    const role = roleOf(c);
    const permissions = role.body.permissions.map((label) => permissionJson(org, role, label));
    return c.json({ permissions });
  });
  app.get(`${path}/:permission`, guard, (c) => {
    const role = roleOf(c);
    const label = c.req.param('permission');
    if (!role.body.permissions.includes(label)) throw notFound(label, 'Permission');
    const permission = permissionJson(org, role, label);
    const { href } = permission._links.self;
    linkedSelf({ c }, href);
    return c.json(permission);
  });
  app.post(`${path}/:permission`, guard, (c) => {
    const role = roleOf(c);
    const label = c.req.param('permission');
    if (!label.startsWith('okta.')) throw invalid('permission', 'The value is invalid');
    role.body = { ...role.body, permissions: [...new Set([...role.body.permissions, label])] };
    return c.body(null, 204);
  });
  app.delete(`${path}/:permission`, guard, (c) => {
    const role = roleOf(c);
    const gone = c.req.param('permission');
    const permissions = role.body.permissions.filter((label) => label !== gone);
    role.body = { ...role.body, permissions };
    return c.body(null, 204);
  });
}

/** The administrator of the org may do everything, and its customers are no administrators. */
function rolesOfUser(org: Org, id: string): Json[] {
  if (id !== administratorId) {
    if (findUser(org.store, id) === null) throw notFound(id, 'User');
    return [];
  }
  const role = {
    id: 'ra1administrator0001',
    label: standardRoles.SUPER_ADMIN,
    type: 'SUPER_ADMIN',
    status: 'ACTIVE',
    created: isoDate(0),
    lastUpdated: isoDate(0),
    assignmentType: 'USER',
  };
  return [{ ...role, _links: { assignee: linkTo(`${org.url()}/api/v1/users/${id}`) } }];
}

function permissionJson(org: Org, role: Resource<CustomRole>, label: string) {
  const self = `${org.url()}/api/v1/iam/roles/${role.id}`;
  return {
    label,
    conditions: null,
    created: isoDate(role.created),
    lastUpdated: isoDate(role.lastUpdated),
    _links: { role: { href: self }, self: { href: `${self}/permissions/${label}` } },
  };
}
