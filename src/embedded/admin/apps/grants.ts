import type { Hono } from 'hono';
import type { z } from 'zod';
import type { EmbeddedEnv } from '../../http/responses.ts';
import type { Org } from '../../org.ts';
import { appTable, clientIdOf, grantTable } from '../../settings/apps.ts';
import { administratorId } from '../../store/administrator.ts';
import type { Resource } from '../../store/resources.ts';
import { isoDate } from '../../users/user-json.ts';
import { refused } from '../rest/bodies.ts';
import { type Kind, type Place, serve } from '../rest/collection.ts';
import { type Json, linkTo } from '../rest/json.ts';
import { appOf } from './credentials.ts';
import { isOktaScope } from './okta-scopes.ts';

type Grant = z.infer<typeof grantTable.schema>;

const grantKind: Kind<Grant> = {
  table: grantTable,
  path: '/api/v1/apps/:app/grants',
  scope: 'appGrants',
  type: 'OAuth2ScopeConsentGrant',
  operations: ['list', 'create', 'get', 'delete'],
  parent: appOf,
  created: 201,
  json: grantJson,
  check({ org, parentId }, { scopeId, issuer }) {
    if (issuer !== undefined && issuer !== org.url()) {
      throw refused('issuer', `issuer: '${issuer}' is not a valid issuer of this org.`);
    }
    if (!isOktaScope(scopeId)) {
      throw refused('scopeId', `scopeId: '${scopeId}' is not a valid scope.`);
    }
    const grants = [...org.store.resources.of(grantTable, parentId).values()];
    if (grants.some(({ body }) => body.scopeId === scopeId)) {
      throw refused('scopeId', `scopeId: '${scopeId}' has already been granted to the app.`);
    }
  },
};

function grantJson(at: Place, grant: Resource<Grant>): Json {
  const { org, parentId, c } = at;
  const app = org.store.resources.of(appTable).get(parentId);
  const clientId = app === undefined ? parentId : clientIdOf(app);
  const title = app?.body.label ?? '';
  const self = `${org.url()}/api/v1/apps/${parentId}`;
  const { scopeId } = grant.body;
  const isExpanded = c.req.method === 'POST' || c.req.query('expand') === 'scope';
  return {
    id: grant.id,
    status: 'ACTIVE',
    created: isoDate(grant.created),
    createdBy: { id: administratorId, type: 'User' },
    lastUpdated: isoDate(grant.lastUpdated),
    issuer: org.url(),
    clientId,
    scopeId,
    source: 'ADMIN',
    ...(isExpanded && { _embedded: { scope: { id: scopeId } } }),
    _links: {
      app: { href: self, title },
      self: linkTo(`${self}/grants/${grant.id}`, 'GET', 'DELETE'),
      client: { href: `${org.url()}/oauth2/v1/clients/${clientId}`, title },
    },
  };
}

/** The Okta API scopes that an app is granted. */
export function serveAppGrants(app: Hono<EmbeddedEnv>, org: Org): void {
  serve(app, org, grantKind);
}
