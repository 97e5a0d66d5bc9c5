import { z } from 'zod';
import type { UserEntity } from '../store/entities.ts';
import type { ClientEntity } from '../store/oauth-settings.ts';
import type { Resource, Resources, Table } from '../store/resources.ts';
import type { Store } from '../store/store.ts';
import { defaulted, nullable, open, requiredText, texts } from './fields.ts';
import { isInOne } from './groups.ts';

const authenticationMethods = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
] as const;

const oauthClientCredentials = z.object({
  autoKeyRotation: defaulted(z.boolean(), true),
  client_id: z.string().nullish(),
  client_secret: z.string().nullish(),
  token_endpoint_auth_method: defaulted(z.enum(authenticationMethods), 'client_secret_basic'),
  pkce_required: z.boolean().nullish(),
});

const keySet = z.object({ keys: z.array(open()) });
const network = z.object({
  connection: z.enum(['ANYWHERE', 'ZONE']),
  include: texts().optional(),
  exclude: texts().optional(),
});

const oauthClientSettings = z.object({
  client_uri: nullable(z.string()),
  logo_uri: nullable(z.string()),
  redirect_uris: defaulted(texts(), []),
  post_logout_redirect_uris: texts().nullish(),
  response_types: defaulted(z.array(z.enum(['code', 'token', 'id_token'])), []),
  grant_types: z.array(z.string()).min(1),
  initiate_login_uri: z.string().nullish(),
  jwks: keySet.nullish(),
  jwks_uri: z.string().nullish(),
  tos_uri: z.string().nullish(),
  policy_uri: z.string().nullish(),
  application_type: defaulted(z.enum(['web', 'native', 'browser', 'service']), 'web'),
  consent_method: defaulted(z.enum(['REQUIRED', 'TRUSTED']), 'TRUSTED'),
  issuer_mode: defaulted(z.enum(['CUSTOM_URL', 'DYNAMIC', 'ORG_URL']), 'ORG_URL'),
  idp_initiated_login: defaulted(
    z.object({
      mode: defaulted(z.enum(['DISABLED', 'SPEC', 'OKTA']), 'DISABLED'),
      default_scope: defaulted(texts(), []),
    }),
    { mode: 'DISABLED', default_scope: [] },
  ),
  wildcard_redirect: defaulted(z.enum(['DISABLED', 'SUBDOMAIN']), 'DISABLED'),
  refresh_token: z
    .object({
      rotation_type: z.enum(['ROTATE', 'STATIC']),
      leeway: defaulted(z.number().int().min(0).max(60), 0),
    })
    .nullish(),
  dpop_bound_access_tokens: defaulted(z.boolean(), false),
  network: network.nullish(),
  participate_slo: defaulted(z.boolean(), false),
  frontchannel_logout_uri: z.string().nullish(),
  frontchannel_logout_session_required: z.boolean().nullish(),
  backchannel_custom_authenticator_id: z.string().nullish(),
});

const accessibility = z.object({
  selfService: defaulted(z.boolean(), false),
  errorRedirectUrl: nullable(z.string()),
  loginRedirectUrl: nullable(z.string()),
});

const visibility = z.object({
  autoLaunch: defaulted(z.boolean(), false),
  autoSubmitToolbar: defaulted(z.boolean(), false),
  hide: defaulted(
    z.object({ iOS: defaulted(z.boolean(), true), web: defaulted(z.boolean(), true) }),
    { iOS: true, web: true },
  ),
});

// biome-ignore lint/suspicious/noTemplateCurlyInString: Okta's own way to write an expression.
const userNameTemplate = { template: '${source.login}', type: 'BUILT_IN' };

const app = z.object({
  name: z.literal('oidc_client'),
  label: requiredText(100),
  accessibility: defaulted(accessibility, accessibility.parse({})),
  visibility: defaulted(visibility, visibility.parse({})),
  signOnMode: z.literal('OPENID_CONNECT'),
  credentials: defaulted(
    z.object({
      userNameTemplate: defaulted(open(), userNameTemplate),
      oauthClient: defaulted(oauthClientCredentials, oauthClientCredentials.parse({})),
    }),
    { userNameTemplate, oauthClient: oauthClientCredentials.parse({}) },
  ),
  settings: z.object({
    notes: defaulted(z.object({ admin: nullable(z.string()), enduser: nullable(z.string()) }), {
      admin: null,
      enduser: null,
    }),
    implicitAssignment: defaulted(z.boolean(), false),
    oauthClient: oauthClientSettings,
  }),
  profile: open().optional(),
  /** Not a member of Okta's: the policy that `PUT /apps/{id}/policies/{id}` has set. */
  accessPolicyId: z.string().optional(),
});

export type App = z.infer<typeof app>;

/** OAuth apps; Okta's ids of apps are their client ids as well, unless a request names another one. */
export const appTable: Table<App> = { name: 'apps', idPrefix: '0oa', schema: app };

/** Belong to an app. */
export const secretTable: Table<{ client_secret: string }> = {
  name: 'secrets',
  idPrefix: 'ocs',
  schema: z.object({ client_secret: z.string() }),
};

/** Public keys of an app that authenticates by them; belong to the app. */
export const appKeyTable: Table<Record<string, unknown>> = {
  name: 'appKeys',
  idPrefix: 'pks',
  schema: open(),
};

const assignment = z.object({
  priority: z.number().int().optional(),
  profile: defaulted(open(), {}),
});
export type GroupAssignment = z.infer<typeof assignment>;

/** Belong to an app; their ids are those of the groups. */
export const groupAssignmentTable: Table<GroupAssignment> = {
  name: 'appGroups',
  idPrefix: '00g',
  schema: assignment,
};

/** Belong to an app; their ids are those of the users. */
export const userAssignmentTable: Table<{ profile: Record<string, unknown>; userName: string }> = {
  name: 'appUsers',
  idPrefix: '00u',
  schema: z.object({ profile: defaulted(open(), {}), userName: z.string() }),
};

const grant = z.object({ scopeId: requiredText(), issuer: z.string().optional() });

/** Okta API scopes that an app may have; belong to the app. */
export const grantTable: Table<z.infer<typeof grant>> = {
  name: 'appGrants',
  idPrefix: 'oag',
  schema: grant,
};

export function clientIdOf(resource: Resource<App>): string {
  return resource.body.credentials.oauthClient.client_id ?? resource.id;
}

/** Null: no app has this client id. */
export function findApp(resources: Resources, clientId: string): Resource<App> | null {
  const apps = resources.of(appTable);
  const byId = apps.get(clientId);
  if (byId !== undefined && clientIdOf(byId) === clientId) return byId;
  return [...apps.values()].find((one) => clientIdOf(one) === clientId) ?? null;
}

/** What an app is to the OAuth endpoints; null: no app has this client id, or it is inactive. */
export function findClient(resources: Resources, clientId: string): ClientEntity | null {
  const found = findApp(resources, clientId);
  return found === null || found.status === 'INACTIVE' ? null : clientOf(resources, found);
}

/** The active ones. */
export function allClients(resources: Resources): ClientEntity[] {
  return [...resources.of(appTable).values()]
    .filter(({ status }) => status === 'ACTIVE')
    .map((one) => clientOf(resources, one));
}

function clientOf(resources: Resources, { id, body, ...rest }: Resource<App>): ClientEntity {
  const { credentials, settings, label } = body;
  const { grant_types, redirect_uris, refresh_token, ...client } = settings.oauthClient;
  const active = <Body>(table: Table<Body>) =>
    [...resources.of(table, id).values()].filter(({ status }) => status === 'ACTIVE');
  return {
    appId: id,
    clientId: clientIdOf({ id, body, ...rest }),
    label,
    secrets: active(secretTable).map((secret) => secret.body.client_secret),
    authentication: credentials.oauthClient.token_endpoint_auth_method,
    jwks: { keys: active(appKeyTable).map((key) => key.body) },
    grantTypes: grant_types,
    redirectUris: redirect_uris,
    hasWildcards: client.wildcard_redirect === 'SUBDOMAIN',
    refreshToken: {
      rotation: refresh_token?.rotation_type ?? 'STATIC',
      leewaySeconds: refresh_token?.leeway ?? 0,
    },
    assignedGroupIds: [...resources.of(groupAssignmentTable, id).keys()],
    assignedUserIds: [...resources.of(userAssignmentTable, id).keys()],
    oktaScopes: active(grantTable).map((grant) => grant.body.scopeId),
    requiresDpop: client.dpop_bound_access_tokens,
    requiresPkce: credentials.oauthClient.pkce_required ?? false,
    requiresConsent: client.consent_method === 'REQUIRED',
    isForAll: settings.implicitAssignment,
    accessPolicyId: body.accessPolicyId ?? null,
    isService: client.application_type === 'service',
  };
}

/** Whether a request may ask for this redirect URI, letter by letter but for wildcards. */
export function mayRedirectTo({ redirectUris, hasWildcards }: ClientEntity, uri: string): boolean {
  if (redirectUris.includes(uri)) return true;
  return hasWildcards && redirectUris.some((known) => wildcardOf(known)?.test(uri) === true);
}

const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Null: it has no wildcard. */
function wildcardOf(uri: string): RegExp | null {
  const [, before, after] = /^(https:\/\/[^/*]*)\*([^/*]*\.[^*]*)$/.exec(uri) ?? [];
  if (before === undefined || after === undefined) return null;
  return new RegExp(`^${literal(before)}[A-Za-z0-9-]+${literal(after)}$`);
}

/** Whether a user may use a client at all: by group, as one of its users, or because all may. */
export function isAssigned(store: Store, user: UserEntity, client: ClientEntity): boolean {
  if (client.isForAll) return true;
  if (store.unassignedUserIds.has(user.id)) return false;
  return client.assignedUserIds.includes(user.id) || isInOne(user, client.assignedGroupIds);
}
