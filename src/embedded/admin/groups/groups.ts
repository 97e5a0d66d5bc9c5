import type { Context, Hono } from 'hono';
import { ApiError, type EmbeddedEnv, notFound } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import type { Org } from '../../org.ts';
import { appTable, groupAssignmentTable } from '../../settings/apps.ts';
import { everyoneGroupId, type Group, groupIdsOf, groupTable } from '../../settings/groups.ts';
import type { UserEntity } from '../../store/entities.ts';
import type { Collection, Resource } from '../../store/resources.ts';
import { findUser } from '../../store/store.ts';
import { isoDate, listedUserJson } from '../../users/user-json.ts';
import { appJson } from '../apps/app-json.ts';
import { refused } from '../rest/bodies.ts';
import { find, type Kind, othersOf, type Place, placeOf, serve } from '../rest/collection.ts';
import { type Json, linkTo } from '../rest/json.ts';
import { page } from '../rest/paging.ts';

const path = '/api/v1/groups';

export const groupKind: Kind<Group> = {
  table: groupTable,
  path,
  scope: 'groups',
  type: 'UserGroup',
  operations: ['list', 'create', 'get', 'replace', 'delete'],
  pages: { fallback: 10_000, most: 10_000 },
  isWhole: ({ c }) => c.req.query('q') !== undefined,
  complete: ({ profile }) => ({ profile }),
  json: groupJson,
  select: selectGroups,
  check({ org }, { profile }, before) {
    if (before?.body.builtIn === true) throw builtIn();
    const isTaken = othersOf(org, groupTable, before).some(
      ({ body }) => body.profile.name === profile.name,
    );
    if (isTaken) {
      throw refused(
        'name',
        'name: An object with this field already exists in the current organization',
      );
    }
  },
  mayDelete({ org }, { id, body }) {
    if (body.builtIn === true) throw builtIn();
    const { resources } = org.store;
    for (const appId of resources.of(appTable).keys()) {
      resources.remove(groupAssignmentTable, id, appId);
    }
    for (const user of org.store.users.values()) {
      user.groupIds = user.groupIds.filter((groupId) => groupId !== id);
    }
  },
};

function builtIn(): ApiError {
  return new ApiError('E0000077', {
    causes: ['Default everyone group can not be deleted or modified.'],
  });
}

function groupJson({ org }: Pick<Place, 'org'>, group: Resource<Group>): Json {
  const { id, body } = group;
  const self = `${org.url()}${path}/${id}`;
  const logo = (name: string) => ({
    name,
    href: `https://ok11static.oktacdn.com/assets/img/logos/groups/odyssey/okta-${name}.png`,
    type: 'image/png',
  });
  return {
    id,
    created: isoDate(group.created),
    lastUpdated: isoDate(group.lastUpdated),
    lastMembershipUpdated: isoDate(group.created),
    objectClass: ['okta:user_group'],
    type: body.builtIn === true ? 'BUILT_IN' : 'OKTA_GROUP',
    profile: body.profile,
    _links: {
      logo: [logo('medium'), logo('large')],
      owners: linkTo(`${self}/owners`),
      users: linkTo(`${self}/users`),
      apps: linkTo(`${self}/apps`),
    },
  };
}

/** `q` begins the name; `search` and `filter` know the clauses by name, id and type. */
function selectGroups({ c }: Place, groups: Collection<Group>): Resource<Group>[] {
  const q = c.req.query('q')?.toLowerCase();
  const matches = clauseOf(c.req.query('search') ?? c.req.query('filter'));
  return [...groups.values()].filter(
    (group) =>
      (q === undefined || group.body.profile.name.toLowerCase().startsWith(q)) && matches(group),
  );
}

function clauseOf(text: string | undefined): (group: Resource<Group>) => boolean {
  if (text === undefined || text === '') return () => true;
  const clause = /^(?<member>[\w.]+) (?<operator>eq|sw|co) "(?<value>[^"]*)"$/.exec(text.trim());
  const { member = '', operator, value = '' } = clause?.groups ?? {};
  const read = readers[member];
  if (read === undefined) throw new ApiError('E0000031');
  if (operator === 'eq') return (group) => read(group) === value;
  return operator === 'sw'
    ? (group) => read(group).startsWith(value)
    : (group) => read(group).includes(value);
}

const readers: Readonly<Record<string, (group: Resource<Group>) => string>> = {
  id: ({ id }) => id,
  type: ({ body }) => (body.builtIn === true ? 'BUILT_IN' : 'OKTA_GROUP'),
  'profile.name': ({ body }) => body.profile.name,
};

/** `/api/v1/groups`: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Group/ */
export function serveGroups(app: Hono<EmbeddedEnv>, org: Org): void {
  const guard = requireManagement(org, 'groups');
  const groupOf = (c: Context<EmbeddedEnv>) => find(groupKind, placeOf(org, groupKind, c));
  serve(app, org, groupKind);
  app.get(`${path}/:id/users`, guard, (c) => {
    const { id } = groupOf(c);
    const members = [...org.store.users.values()].filter((user) => groupIdsOf(user).includes(id));
    const shown = page(c, members, { fallback: 1000, most: 1000 });
    return c.json(shown.map((user) => listedUserJson(org, user)));
  });
  app.put(`${path}/:id/users/:user`, guard, (c) => {
    const { id } = groupOf(c);
    const user = memberOf(org, c, id);
    if (!user.groupIds.includes(id)) user.groupIds.push(id);
    return c.body(null, 204);
  });
  app.delete(`${path}/:id/users/:user`, guard, (c) => {
    const { id } = groupOf(c);
    const user = memberOf(org, c, id);
    user.groupIds = user.groupIds.filter((groupId) => groupId !== id);
    return c.body(null, 204);
  });
  app.get(`${path}/:id/apps`, guard, (c) => {
    const { id } = groupOf(c);
    const { resources } = org.store;
    const apps = [...resources.of(appTable).values()].filter((one) =>
      resources.of(groupAssignmentTable, one.id).has(id),
    );
    const shown = page(c, apps, { fallback: 20, most: 200 });
    return c.json(shown.map((one) => appJson({ org }, one)));
  });
  app.get('/api/v1/users/:user/groups', (c) => {
    const user = userOf(org, c);
    const groups = org.store.resources.of(groupTable);
    const found = groupIdsOf(user).flatMap((id) => groups.get(id) ?? []);
    const shown = page(c, found, { fallback: 200, most: 200 });
    return c.json(shown.map((group) => groupJson({ org }, group)));
  });
}

/** @throws ApiError for the group of all, whose members cannot be changed */
function memberOf(org: Org, c: Context<EmbeddedEnv>, groupId: string): UserEntity {
  if (groupId === everyoneGroupId) throw new ApiError('E0000077');
  return userOf(org, c);
}

function userOf(org: Org, c: Context<EmbeddedEnv>): UserEntity {
  const id = c.req.param('user') ?? '';
  const user = findUser(org.store, id);
  if (user === null) throw notFound(id, 'User');
  return user;
}
