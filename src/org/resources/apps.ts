import type { AdminApi, Json } from '../admin-api.ts';
import type { OrgDescription } from '../description.ts';
import { type Ids, idIn, idOf, only, type Resource } from '../resource.ts';
import { roleNames } from '../role-names.ts';

/** The public half of a key that this program made; the private half never leaves the machine. */
export interface PublicKey {
  readonly kty: 'RSA';
  readonly kid: string;
  readonly n: string;
  readonly e: string;
}

export interface PublicKeys {
  readonly customerApp: PublicKey;
  readonly serviceApp: PublicKey;
}

type App = keyof PublicKeys;

/** The client of log-ins, and who may use it. */
export function customerApp(
  { customerApp: app, group }: OrgDescription,
  { customerApp: key }: PublicKeys,
  issuer: string,
): readonly Resource[] {
  return [
    appResource('customerApp', app.label, key, {
      application_type: 'native',
      grant_types: app.grantTypes,
      response_types: ['code'],
      redirect_uris: [app.redirectUri],
      consent_method: 'TRUSTED',
      refresh_token: { rotation_type: 'ROTATE', leeway: app.refreshLeeway },
      dpop_bound_access_tokens: false,
    }),
    keyResource('customerApp', app.label, key),
    ...app.apiScopes.map((scope) => grantResource('customerApp', scope, issuer)),
    assignment(group.name),
  ];
}

/** The client of the management API. */
export function serviceApp(
  { serviceApp: app }: OrgDescription,
  { serviceApp: key }: PublicKeys,
  issuer: string,
): readonly Resource[] {
  return [
    appResource('serviceApp', app.label, key, {
      application_type: 'service',
      grant_types: app.grantTypes,
      response_types: ['token'],
    }),
    keyResource('serviceApp', app.label, key),
    ...app.scopes.map((scope) => grantResource('serviceApp', scope, issuer)),
    ...app.roles.map(roleResource),
  ];
}

function appResource(app: App, label: string, publicKey: PublicKey, settings: Json): Resource {
  return {
    key: app,
    kind: 'Application',
    name: label,
    parents: [],
    fixed: [
      'signOnMode',
      'credentials.oauthClient.token_endpoint_auth_method',
      'settings.oauthClient.application_type',
    ],
    async find(api) {
      const apps = await api.list(`/api/v1/apps?q=${encodeURIComponent(label)}&limit=200`);
      return only(apps, (each) => each['label'] === label, `application "${label}"`);
    },
    wanted: () => ({
      label,
      status: 'ACTIVE',
      signOnMode: 'OPENID_CONNECT',
      credentials: { oauthClient: { token_endpoint_auth_method: 'private_key_jwt' } },
      settings: { oauthClient: settings },
    }),
    async create(api, { status: _, ...body }) {
      // An app that authenticates by private_key_jwt cannot be made without a key.
      const oauthClient = { ...settings, jwks: { keys: [signingKey(publicKey)] } };
      return idIn(
        await api.send('POST', '/api/v1/apps', {
          ...body,
          name: 'oidc_client',
          settings: { oauthClient },
        }),
      );
    },
    async update(api, { id, current }, { status, ...body }) {
      await api.send('PUT', `/api/v1/apps/${id}`, body);
      if (current['status'] === status) return;
      await api.send('POST', `/api/v1/apps/${id}/lifecycle/activate`);
    },
  };
}

function signingKey(key: PublicKey): Json {
  return { ...key, use: 'sig', alg: 'RS256', status: 'ACTIVE' };
}

function keyResource(app: App, label: string, publicKey: PublicKey): Resource {
  const path = (ids: Ids) => `/api/v1/apps/${idOf(ids, app)}/credentials/jwks`;
  return {
    key: `${app}.key`,
    kind: 'Public key of the app',
    name: label,
    parents: [app],
    async find(api, ids) {
      const keys = await keysOf(api, path(ids));
      return only(keys, ({ kid }) => kid === publicKey.kid, `key ${publicKey.kid}`);
    },
    wanted: () => ({ kid: publicKey.kid, status: 'ACTIVE' }),
    async create(api, _, ids) {
      return idIn(await api.send('POST', path(ids), signingKey(publicKey)));
    },
    async update(api, { id }, _, ids) {
      await api.send('POST', `${path(ids)}/${id}/lifecycle/activate`);
    },
  };
}

async function keysOf(api: AdminApi, path: string): Promise<readonly Json[]> {
  const body = await api.get(path);
  return (body?.['keys'] as readonly Json[] | undefined) ?? [];
}

/** A scope of Okta's own APIs that the app may ask for. */
function grantResource(app: App, scope: string, issuer: string): Resource {
  const path = (ids: Ids) => `/api/v1/apps/${idOf(ids, app)}/grants`;
  return {
    key: `${app}.grant.${scope}`,
    kind: 'Okta API scope',
    name: scope,
    parents: [app],
    async find(api, ids) {
      const grants = await api.list(`${path(ids)}?limit=200`);
      return only(grants, ({ scopeId }) => scopeId === scope, `grant of ${scope}`);
    },
    wanted: () => ({ scopeId: scope }),
    async create(api, body, ids) {
      return idIn(await api.send('POST', path(ids), { ...body, issuer }));
    },
  };
}

function roleResource(type: string): Resource {
  const path = (ids: Ids) => `/oauth2/v1/clients/${idOf(ids, 'serviceApp')}/roles`;
  return {
    key: `serviceApp.role.${type}`,
    kind: 'Admin role',
    name: roleNames[type] ?? type,
    parents: ['serviceApp'],
    async find(api, ids) {
      const roles = await api.list(path(ids));
      return only(roles, (role) => role['type'] === type, `role ${type}`);
    },
    wanted: () => ({ type }),
    create: async (api, body, ids) => idIn(await api.send('POST', path(ids), body)),
  };
}

function assignment(group: string): Resource {
  const path = (ids: Ids) =>
    `/api/v1/apps/${idOf(ids, 'customerApp')}/groups/${idOf(ids, 'group')}`;
  return {
    key: 'customerApp.assignment',
    kind: 'Group of the app',
    name: group,
    parents: ['customerApp', 'group'],
    async find(api, ids) {
      const current = await api.get(path(ids));
      return current === null ? null : { id: idOf(ids, 'group'), current };
    },
    wanted: () => ({}),
    async create(api, _, ids) {
      await api.send('PUT', path(ids), {});
      return idOf(ids, 'group');
    },
  };
}
