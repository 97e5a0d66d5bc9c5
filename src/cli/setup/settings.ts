import { randomBytes } from 'node:crypto';
import { bareValue, type Environment } from '../../config/settings.ts';
import type { AdminApi } from '../../org/admin-api.ts';
import type { OrgDescription } from '../../org/description.ts';
import { type Ids, idOf } from '../../org/resource.ts';
import { newSecret, type Secrets, secretSettings } from './secrets.ts';
import type { NewSettings } from './settings-files.ts';

/** What the settings follow from. */
export interface SettingsBasis {
  readonly description: OrgDescription;
  /** Of a plan: an id that does not exist yet is not the one that the settings have. */
  readonly ids: Ids;
  readonly issuer: string;
  readonly secrets: Secrets;
}

/** All settings that `start` needs for the org. */
export function settingsOf(
  { description, ids, issuer, secrets }: SettingsBasis,
  env: Environment,
): NewSettings {
  const { logInFlow, customerApp, authorizationServer } = description;
  const scopes = authorizationServer.rule.scopes.filter((scope) => !scope.startsWith('okta.'));
  return {
    OKTA_ISSUER: issuer,
    OKTA_AUDIENCE: authorizationServer.audience,
    OKTA_LOG_IN_FLOW: logInFlow,
    OKTA_SCOPES: scopes.join(' '),
    OKTA_CLIENT_ID: idOf(ids, 'customerApp'),
    OKTA_CLIENT_AUTH_METHOD: 'private_key_jwt',
    OKTA_CLIENT_SECRET: null,
    ...(logInFlow === 'authn' && { OKTA_REDIRECT_URI: customerApp.redirectUri }),
    OKTA_SIGN_UP_GROUP_IDS: idOf(ids, 'group'),
    OKTA_SERVICE_CLIENT_ID: idOf(ids, 'serviceApp'),
    OKTA_API_TOKEN: null,
    ...secretSettings(secrets, env),
    ...ownSecrets(env),
  };
}

/** Settings that the API needs and Okta does not know. */
function ownSecrets(env: Environment): NewSettings {
  return {
    ...(bareValue(env, 'SERVICE_CLIENTS') === '' && {
      SERVICE_CLIENTS: `storefront:${newSecret()}`,
    }),
    ...(bareValue(env, 'SEALING_KEY') === '' && {
      SEALING_KEY: randomBytes(32).toString('base64'),
    }),
  };
}

/** Enough for the next run to go on with the same keys. */
export function settingsToGoOn(secrets: Secrets, ids: Ids, env: Environment): NewSettings {
  return { OKTA_CLIENT_ID: ids.get('customerApp') ?? null, ...secretSettings(secrets, env) };
}

/** Whether the environment has all these settings already. */
export function isWritten(settings: NewSettings, env: Environment): boolean {
  return Object.entries(settings).every(([name, value]) => bareValue(env, name) === (value ?? ''));
}

/** Names of settings that have another value now. */
export function replacedSettings(settings: NewSettings, env: Environment): readonly string[] {
  const entries = Object.entries(settings);
  return entries.flatMap(([name, value]) => {
    const before = bareValue(env, name);
    return before === '' || before === value ? [] : [name];
  });
}

/** As the server itself calls it, which may be by a custom domain. @throws AdminApiError */
export async function issuerIn(api: AdminApi, ids: Ids): Promise<string> {
  const id = idOf(ids, 'authorizationServer');
  const server = ids.has('authorizationServer')
    ? await api.get(`/api/v1/authorizationServers/${id}`)
    : null;
  return typeof server?.['issuer'] === 'string' ? server['issuer'] : `${api.orgUrl}/oauth2/${id}`;
}
