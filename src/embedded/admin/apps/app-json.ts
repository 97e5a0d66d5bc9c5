import type { Org } from '../../org.ts';
import { type App, appKeyTable, clientIdOf, secretTable } from '../../settings/apps.ts';
import { defaultPolicyIds } from '../../settings/default-org.ts';
import type { Resource } from '../../store/resources.ts';
import { isoDate } from '../../users/user-json.ts';
import { orgId } from '../org/settings.ts';
import { type Json, linkTo } from '../rest/json.ts';
import { keyJson } from './credentials.ts';

interface At {
  readonly org: Org;
}

/** @param options `withSecret`: as answers to `POST` and `PUT` show an app */
export function appJson(
  { org }: At,
  app: Resource<App>,
  options: { readonly withSecret: boolean } = { withSecret: false },
): Json {
  const { id, status, body } = app;
  return {
    id,
    orn: `orn:okta:idp:${orgId}:apps:${body.name}:${id}`,
    name: body.name,
    label: body.label,
    status,
    lastUpdated: isoDate(app.lastUpdated),
    created: isoDate(app.created),
    accessibility: body.accessibility,
    visibility: { ...body.visibility, appLinks: { oidc_client_link: true } },
    features: [],
    signOnMode: body.signOnMode,
    credentials: credentialsJson(org, app, options.withSecret),
    universalLogout: {
      status: 'DISABLED',
      supportType: 'FULL',
      identityStack: 'NOT_SHARED',
      protocol: 'GLOBAL_TOKEN_REVOCATION',
    },
    settings: settingsJson(org, app),
    ...(body.profile !== undefined && { profile: body.profile }),
    _links: linksOf(org, app),
  };
}

function credentialsJson(org: Org, app: Resource<App>, withSecret: boolean): Json {
  const { userNameTemplate, oauthClient } = app.body.credentials;
  const [secret] = org.store.resources.of(secretTable, app.id).values();
  return {
    userNameTemplate,
    signing: { kid: 'embedded-org-signing-key' },
    oauthClient: {
      autoKeyRotation: oauthClient.autoKeyRotation,
      client_id: clientIdOf(app),
      ...(withSecret && secret !== undefined && { client_secret: secret.body.client_secret }),
      token_endpoint_auth_method: oauthClient.token_endpoint_auth_method,
      ...given({ pkce_required: oauthClient.pkce_required }),
    },
  };
}

function settingsJson(org: Org, { id, body }: Resource<App>): Json {
  const { notes, implicitAssignment, oauthClient } = body.settings;
  const { network, frontchannel_logout_uri, refresh_token, ...client } = oauthClient;
  const keys = [...org.store.resources.of(appKeyTable, id).values()];
  return {
    app: {},
    notifications: { vpn: { network: { connection: 'DISABLED' }, message: null, helpUrl: null } },
    manualProvisioning: false,
    implicitAssignment,
    emOptInStatus: 'NONE',
    notes,
    oauthClient: given({
      ...client,
      refresh_token: rotationOf(refresh_token),
      network,
      frontchannel_logout_uri,
      ...(keys.length > 0 && {
        jwks: { keys: keys.map((key) => keyJson(key, { listed: false })) },
      }),
      ...(typeof frontchannel_logout_uri === 'string' && {
        frontchannel_logout_session_required: client.frontchannel_logout_session_required ?? false,
      }),
    }),
  };
}

/** Members that Okta shows as null until they are set. */
const shownAsNull = ['client_uri', 'logo_uri'];

/** A token that stays the same has no leeway. */
function rotationOf(rotation: App['settings']['oauthClient']['refresh_token']): unknown {
  return rotation?.rotation_type === 'STATIC' ? { rotation_type: 'STATIC' } : rotation;
}

/** Without the members that have no value. */
function given(json: Json): Json {
  return Object.fromEntries(
    Object.entries(json).filter(
      ([name, value]) => shownAsNull.includes(name) || (value !== undefined && value !== null),
    ),
  );
}

function linksOf(org: Org, { id, status, body }: Resource<App>): Json {
  const self = `${org.url()}/api/v1/apps/${id}`;
  const policies = `${org.url()}/api/v1/policies`;
  const method = body.credentials.oauthClient.token_endpoint_auth_method;
  const credentials = method === 'private_key_jwt' ? 'jwks' : 'secrets';
  const home = `${org.url()}/home/oidc_client/${id}/aln177a159h7Zf52X0g8`;
  const logo = 'https://ok11static.oktacdn.com/assets/img/logos/default.png';
  const step = status === 'ACTIVE' ? 'deactivate' : 'activate';
  return {
    uploadLogo: linkTo(`${self}/logo`, 'POST'),
    appLinks: [{ name: 'oidc_client_link', href: home, type: 'text/html' }],
    profileEnrollment: linkTo(`${policies}/${defaultPolicyIds.PROFILE_ENROLLMENT}`),
    policies: linkTo(`${self}/policies`, 'PUT'),
    groups: linkTo(`${self}/groups`),
    logo: [{ name: 'medium', href: logo, type: 'image/png' }],
    ...(method !== 'none' && {
      clientCredentials: [{ name: credentials, href: `${self}/credentials/${credentials}` }],
    }),
    accessPolicy: linkTo(`${policies}/${body.accessPolicyId ?? defaultPolicyIds.ACCESS_POLICY}`),
    users: linkTo(`${self}/users`),
    [step]: linkTo(`${self}/lifecycle/${step}`),
  };
}
