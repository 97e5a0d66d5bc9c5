import type { OrgDescription } from '../description.ts';
import { type Ids, idIn, idOf, only, type Resource } from '../resource.ts';
import { replaceActive } from './replace-active.ts';

const servers = '/api/v1/authorizationServers';

/** The server, its own scopes, and the policy by which the app gets tokens. */
export function authorizationServer({
  authorizationServer: server,
}: OrgDescription): readonly Resource[] {
  return [
    serverResource(server),
    ...server.ownScopes.map(scopeResource),
    policyResource(server.policy),
    ruleResource(server.rule),
  ];
}

type Server = OrgDescription['authorizationServer'];

const serverPath = (ids: Ids) => `${servers}/${idOf(ids, 'authorizationServer')}`;

function serverResource({ name, audience }: Server): Resource {
  return {
    key: 'authorizationServer',
    kind: 'Authorization server',
    name,
    parents: [],
    // Those who validate its tokens rely on it.
    fixed: ['audiences'],
    async find(api) {
      const all = await api.list(`${servers}?q=${encodeURIComponent(name)}&limit=200`);
      return only(all, (each) => each['name'] === name, `authorization server "${name}"`);
    },
    wanted: () => ({ name, audiences: [audience], status: 'ACTIVE' }),
    async create(api, { status: _, ...body }) {
      const server = { ...body, description: 'Tokens of customers.' };
      return idIn(await api.send('POST', servers, server));
    },
    // The status is all that can differ.
    async update(api, { id }) {
      await api.send('POST', `${servers}/${id}/lifecycle/activate`);
    },
  };
}

function scopeResource({ name, description }: Server['ownScopes'][number]): Resource {
  const path = (ids: Ids) => `${serverPath(ids)}/scopes`;
  return {
    key: `authorizationServer.scope.${name}`,
    kind: 'Scope',
    name,
    parents: ['authorizationServer'],
    async find(api, ids) {
      const scopes = await api.list(`${path(ids)}?limit=200`);
      return only(scopes, (scope) => scope['name'] === name, `scope ${name}`);
    },
    wanted: () => ({ name, consent: 'IMPLICIT' }),
    async create(api, body, ids) {
      const scope = { ...body, description, metadataPublish: 'NO_CLIENTS' };
      return idIn(await api.send('POST', path(ids), scope));
    },
    async update(api, { id }, body, ids) {
      await api.send('PUT', `${path(ids)}/${id}`, body);
    },
  };
}

function policyResource(name: string): Resource {
  const path = (ids: Ids) => `${serverPath(ids)}/policies`;
  return {
    key: 'accessPolicy',
    kind: 'Access policy',
    name,
    parents: ['authorizationServer'],
    async find(api, ids) {
      const policies = await api.list(path(ids));
      return only(policies, (policy) => policy['name'] === name, `access policy "${name}"`);
    },
    wanted: (ids) => ({
      type: 'OAUTH_AUTHORIZATION_POLICY',
      name,
      status: 'ACTIVE',
      conditions: { clients: { include: [idOf(ids, 'customerApp')] } },
    }),
    async create(api, body, ids) {
      const policy = { ...body, description: 'Log-ins through the account API.', priority: 1 };
      return idIn(await api.send('POST', path(ids), policy));
    },
    update: (api, found, body, ids) =>
      replaceActive(api, `${path(ids)}/${found.id}`, { found, body }),
  };
}

function ruleResource(rule: Server['rule']): Resource {
  const path = (ids: Ids) => `${serverPath(ids)}/policies/${idOf(ids, 'accessPolicy')}/rules`;
  return {
    key: 'accessPolicy.rule',
    kind: 'Access policy rule',
    name: rule.name,
    parents: ['authorizationServer', 'accessPolicy'],
    async find(api, ids) {
      const rules = await api.list(path(ids));
      return only(rules, (each) => each['name'] === rule.name, `rule "${rule.name}"`);
    },
    wanted: () => ({
      type: 'RESOURCE_ACCESS',
      name: rule.name,
      status: 'ACTIVE',
      conditions: {
        people: { groups: { include: ['EVERYONE'] } },
        grantTypes: { include: rule.grantTypes },
        scopes: { include: rule.scopes },
      },
    }),
    initial: {
      actions: {
        token: {
          accessTokenLifetimeMinutes: rule.accessTokenMinutes,
          refreshTokenLifetimeMinutes: rule.refreshTokenMinutes,
          refreshTokenWindowMinutes: rule.refreshWindowMinutes,
        },
      },
    },
    create: async (api, body, ids) =>
      idIn(await api.send('POST', path(ids), { ...body, priority: 1 })),
    update: (api, found, body, ids) =>
      replaceActive(api, `${path(ids)}/${found.id}`, { found, body }),
  };
}
