import type { Context, Hono } from 'hono';
import { ApiError, type EmbeddedEnv } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import type { Org } from '../../org.ts';
import {
  type App,
  appTable,
  clientIdOf,
  groupAssignmentTable,
  secretTable,
  userAssignmentTable,
} from '../../settings/apps.ts';
import { defaultPolicyIds } from '../../settings/default-org.ts';
import { newToken } from '../../store/ids.ts';
import type { Collection, Resource } from '../../store/resources.ts';
import { findPolicy } from '../policies/find-policy.ts';
import { invalid, refused } from '../rest/bodies.ts';
import { find, type Kind, othersOf, type Place, placeOf, serve } from '../rest/collection.ts';
import type { Json } from '../rest/json.ts';
import { appJson } from './app-json.ts';
import { serveAppAssignments } from './assignments.ts';
import { serveAppCredentials, setKeys } from './credentials.ts';
import { serveAppGrants } from './grants.ts';

const appKind: Kind<App> = {
  table: appTable,
  path: '/api/v1/apps',
  scope: 'apps',
  type: 'AppInstance',
  operations: ['list', 'create', 'get', 'replace', 'delete', 'lifecycle'],
  pages: { fallback: 20, most: 200 },
  json: (at, app) => appJson(at, app, { withSecret: at.c.req.method !== 'GET' }),
  accepts: refuseOtherApps,
  check: checkApp,
  saved: saveApp,
  select: selectApps,
  mayDelete(_, { status }) {
    if (status === 'INACTIVE') return;
    throw new ApiError('E0000056', {
      about: 'Delete application forbidden.',
      causes: ['The application must be deactivated before deletion.'],
    });
  },
  lifecycleAnswer: 'empty',
};

/** SAML apps, bookmarks and so on are no clients of OAuth. */
function refuseOtherApps({ signOnMode, name }: Json): void {
  if (typeof name === 'string' && name !== 'oidc_client') throw new ApiError('E0000060');
  if (signOnMode === undefined) throw invalid('signOnMode', 'The field cannot be left blank');
  if (signOnMode !== 'OPENID_CONNECT') throw new ApiError('E0000060');
}

const redirecting = ['authorization_code', 'implicit'];

function checkApp({ org }: Place, body: App, before: Resource<App> | null): void {
  const { oauthClient } = body.settings;
  const { grant_types, application_type } = oauthClient;
  if (application_type === 'service') {
    if (!grant_types.includes('client_credentials')) {
      throw refused(
        'grant_types',
        "grant_types: An application of the type 'service' must have 'client_credentials'.",
      );
    }
  } else if (
    grant_types.some((type) => redirecting.includes(type)) &&
    oauthClient.redirect_uris.length === 0
  ) {
    throw invalid('redirect_uris', "'redirect_uris' is required by the grant types of this app");
  }
  if (grant_types.includes('authorization_code') && !oauthClient.response_types.includes('code')) {
    throw invalid('response_types', "'authorization_code' requires the response type 'code'");
  }
  const { client_id, token_endpoint_auth_method: method } = body.credentials.oauthClient;
  const isTaken = othersOf(org, appTable, before).some((other) => clientIdOf(other) === client_id);
  if (isTaken) throw invalid('client_id', "The 'client_id' is already in use");
  if (method === 'none' && grant_types.includes('client_credentials')) {
    throw invalid('token_endpoint_auth_method', "'client_credentials' requires a credential");
  }
}

/** Keys and secrets stand in collections of their own, where their own endpoints change them. */
function saveApp({ org, c }: Place, app: Resource<App>, before: App | null): void {
  const { resources } = org.store;
  const { oauthClient } = app.body.credentials;
  const { client_secret, ...credentials } = oauthClient;
  const { jwks, refresh_token, ...settings } = app.body.settings.oauthClient;
  const rotates = settings.grant_types.includes('refresh_token');
  const rotation = refresh_token ?? { rotation_type: 'STATIC' as const, leeway: 0 };
  const clientId = credentials.client_id ?? before?.credentials.oauthClient.client_id ?? app.id;
  app.body = {
    ...app.body,
    credentials: {
      ...app.body.credentials,
      oauthClient: { ...credentials, client_id: clientId },
    },
    settings: {
      ...app.body.settings,
      oauthClient: { ...settings, ...(rotates && { refresh_token: rotation }) },
    },
    ...(before?.accessPolicyId !== undefined && { accessPolicyId: before.accessPolicyId }),
  };
  if (jwks !== undefined) setKeys(org, app.id, jwks?.keys ?? []);
  if (before === null && c.req.query('activate') === 'false') app.status = 'INACTIVE';
  const usesSecret = credentials.token_endpoint_auth_method.startsWith('client_secret_');
  const secrets = resources.of(secretTable, app.id);
  if (!usesSecret) secrets.clear();
  else if (client_secret !== undefined && client_secret !== null && client_secret !== '') {
    secrets.clear();
    resources.add(secretTable, { parentId: app.id, body: { client_secret } });
  } else if (secrets.size === 0) {
    resources.add(secretTable, { parentId: app.id, body: { client_secret: newToken(64) } });
  }
}

/** `q` begins the label or the name; `filter` knows the clauses that Okta documents. */
function selectApps({ org, c }: Place, apps: Collection<App>): Resource<App>[] {
  const expand = c.req.query('expand');
  if (expand !== undefined && !/^user\/[^,]+$/.test(expand)) {
    throw refused('RequestParams', 'Expand query is malformed.');
  }
  const q = c.req.query('q')?.toLowerCase();
  const matches = clauseOf(org, c);
  return [...apps.values()].filter(
    (app) =>
      (q === undefined ||
        app.body.label.toLowerCase().startsWith(q) ||
        app.body.name.startsWith(q)) &&
      matches(app),
  );
}

function clauseOf(org: Org, c: Context<EmbeddedEnv>): (app: Resource<App>) => boolean {
  const filter = c.req.query('filter');
  if (filter === undefined) return () => true;
  const clause = /^(?<member>[\w.]+) eq "(?<value>[^"]*)"$/.exec(filter.trim())?.groups;
  const value = clause?.['value'] ?? '';
  const { resources } = org.store;
  switch (clause?.['member']) {
    case 'status':
      return ({ status }) => status === value;
    case 'name':
      return ({ body }) => body.name === value;
    case 'group.id':
      return ({ id }) => resources.of(groupAssignmentTable, id).has(value);
    case 'user.id':
      return ({ id }) => resources.of(userAssignmentTable, id).has(value);
    default:
      throw new ApiError('E0000031');
  }
}

/** `/api/v1/apps`: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/ */
export function serveApps(app: Hono<EmbeddedEnv>, org: Org): void {
  serve(app, org, appKind);
  serveAppCredentials(app, org);
  serveAppAssignments(app, org);
  serveAppGrants(app, org);
  app.put('/api/v1/apps/:id/policies/:policy', requireManagement(org, 'apps'), (c) => {
    const found = find(appKind, placeOf(org, appKind, c));
    const policy = findPolicy(org, c.req.param('policy'));
    if (policy.body.type !== 'ACCESS_POLICY') {
      throw refused('Policy', 'The policy is of a type that no app can have.');
    }
    const isDefault = policy.id === defaultPolicyIds.ACCESS_POLICY;
    const { accessPolicyId: _, ...body } = found.body;
    found.body = isDefault ? body : { ...body, accessPolicyId: policy.id };
    return c.body(null, 204);
  });
}
