import type { Hono } from 'hono';
import { type EmbeddedEnv, isObject, notFound, readJson } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import type { Org } from '../../org.ts';
import {
  type GroupAssignment,
  groupAssignmentTable,
  userAssignmentTable,
} from '../../settings/apps.ts';
import { groupTable } from '../../settings/groups.ts';
import { inOrder } from '../../settings/priorities.ts';
import type { UserEntity } from '../../store/entities.ts';
import type { Resource } from '../../store/resources.ts';
import { findUser } from '../../store/store.ts';
import { isoDate } from '../../users/user-json.ts';
import { invalid, readBody } from '../rest/bodies.ts';
import { find, type Kind, type Place, serve } from '../rest/collection.ts';
import { type Json, linkTo } from '../rest/json.ts';
import { appOf } from './credentials.ts';

const groupKind: Kind<GroupAssignment> = {
  table: groupAssignmentTable,
  path: '/api/v1/apps/:app/groups',
  scope: 'apps',
  type: 'ApplicationGroupAssignment',
  operations: ['list', 'get', 'delete'],
  parent: appOf,
  pages: { fallback: 20, most: 200 },
  select: (_, assignments) => inOrder(assignments),
  json: groupJson,
};

function groupJson(at: Place, { id, lastUpdated, body }: Resource<GroupAssignment>): Json {
  const { org, parentId } = at;
  const app = `${org.url()}/api/v1/apps/${parentId}`;
  return {
    id,
    lastUpdated: isoDate(lastUpdated),
    priority: body.priority ?? 0,
    profile: body.profile,
    _links: {
      app: linkTo(app),
      self: linkTo(`${app}/groups/${id}`),
      group: linkTo(`${org.url()}/api/v1/groups/${id}`),
    },
  };
}

type UserAssignment = typeof userAssignmentTable extends { schema: { _output: infer Body } }
  ? Body
  : never;

const userKind: Kind<UserAssignment> = {
  table: userAssignmentTable,
  path: '/api/v1/apps/:app/users',
  scope: 'apps',
  type: 'AppUser',
  operations: ['list', 'get', 'delete'],
  parent: appOf,
  pages: { fallback: 50, most: 500 },
  json: userJson,
};

function userJson(at: Place, assignment: Resource<UserAssignment>): Json {
  const { org, parentId } = at;
  const { id, body } = assignment;
  const created = isoDate(assignment.created);
  return {
    id,
    externalId: null,
    created,
    lastUpdated: isoDate(assignment.lastUpdated),
    scope: 'USER',
    status: 'ACTIVE',
    statusChanged: created,
    passwordChanged: null,
    syncState: 'DISABLED',
    credentials: { userName: body.userName },
    profile: body.profile,
    _links: {
      app: linkTo(`${org.url()}/api/v1/apps/${parentId}`),
      user: linkTo(`${org.url()}/api/v1/users/${id}`),
    },
  };
}

/** Which groups and users may use an app. */
export function serveAppAssignments(app: Hono<EmbeddedEnv>, org: Org): void {
  const guard = requireManagement(org, 'apps');
  serve(app, org, groupKind);
  serve(app, org, userKind);
  app.put('/api/v1/apps/:app/groups/:id', guard, async (c) => {
    const at = { org, c, parentId: appOf(org, c) };
    const body = readBody(groupAssignmentTable.schema, await readJson(c));
    return c.json(groupJson(at, assignGroup(at, c.req.param('id'), body)));
  });
  app.post('/api/v1/apps/:app/users', guard, async (c) => {
    const at = { org, c, parentId: appOf(org, c) };
    const body = await readJson(c);
    const { id } = body;
    if (typeof id !== 'string') throw invalid('id', 'The field cannot be left blank');
    const user = findUser(org.store, id);
    if (user === null) throw notFound(id, 'User');
    return c.json(userJson(at, assignUser(at, user, body)));
  });
  app.post('/api/v1/apps/:app/users/:id', guard, async (c) => {
    const at = { org, c, parentId: appOf(org, c) };
    const { body, ...assignment } = find(userKind, at);
    const changed = { ...assignment, ...bodyOf(await readJson(c), body.userName) };
    org.store.resources.of(userAssignmentTable, at.parentId).set(changed.id, changed);
    return c.json(userJson(at, changed));
  });
}

/** @throws ApiError E0000007 for an unknown group */
function assignGroup(
  { org, parentId }: Place,
  groupId: string,
  body: GroupAssignment,
): Resource<GroupAssignment> {
  const { resources } = org.store;
  if (!resources.of(groupTable).has(groupId)) throw notFound(groupId, 'UserGroup');
  const assignments = resources.of(groupAssignmentTable, parentId);
  const priority = body.priority ?? assignments.get(groupId)?.body.priority ?? assignments.size;
  return resources.add(groupAssignmentTable, {
    parentId,
    id: groupId,
    body: { ...body, priority },
  });
}

function assignUser(
  { org, parentId }: Place,
  user: UserEntity,
  json: Json,
): Resource<UserAssignment> {
  const { body } = bodyOf(json, user.profile.login);
  return org.store.resources.add(userAssignmentTable, { parentId, id: user.id, body });
}

function bodyOf({ credentials, profile }: Json, userName: string): { body: UserAssignment } {
  const named = isObject(credentials) ? credentials['userName'] : undefined;
  return {
    body: {
      userName: typeof named === 'string' ? named : userName,
      profile: isObject(profile) ? profile : {},
    },
  };
}
