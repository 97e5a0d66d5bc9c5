import { randomBytes } from 'node:crypto';
import { bareValue, type Environment } from '../../config/settings.ts';
import type { AdminApi } from '../../org/admin-api.ts';
import { customerAppLabel, type OrgDescription } from '../../org/description.ts';
import type { SetUpContext } from '../../org/resources.ts';
import { type AppKey, appKey } from './app-keys.ts';
import type { NewSettings } from './settings-files.ts';

/** What set-up makes itself, and Okta gets the public part of. */
export interface Secrets {
  readonly customerApp: AppKey;
  readonly serviceApp: AppKey;
  readonly hookSecret: string;
}

/**
 * The prefix of the names that an earlier run made, by the app of OKTA_CLIENT_ID.
 * @returns null where the settings are of no app of set-up in this org
 */
export async function knownPrefix(api: AdminApi, env: Environment): Promise<string | null> {
  const clientId = bareValue(env, 'OKTA_CLIENT_ID');
  if (!/^\w+$/.test(clientId)) return null;
  const label = (await api.get(`/api/v1/apps/${clientId}`))?.['label'];
  if (typeof label !== 'string' || !label.endsWith(customerAppLabel)) return null;
  return label.slice(0, -customerAppLabel.length);
}

/** Those of the settings, so that a second run changes nothing, unless they are of other apps. */
export async function secretsFor(
  { customerApp }: OrgDescription,
  env: Environment,
  prefix: string | null,
): Promise<Secrets> {
  const isOwn =
    bareValue(env, 'OKTA_CLIENT_ID') === '' || customerApp.label === `${prefix}${customerAppLabel}`;
  const known = isOwn ? env : {};
  const [hookSecret = ''] = bareValue(known, 'OKTA_HOOK_SECRET').split(',');
  return {
    customerApp: await appKey(known, 'OKTA_CLIENT_PRIVATE_KEY', 'OKTA_CLIENT_KEY_ID'),
    serviceApp: await appKey(known, 'OKTA_SERVICE_PRIVATE_KEY', 'OKTA_SERVICE_KEY_ID'),
    hookSecret: hookSecret.trim() || newSecret(),
  };
}

/** What of them is sent to Okta. */
export function sentToOkta({
  customerApp,
  serviceApp,
  hookSecret,
}: Secrets): Omit<SetUpContext, 'issuer'> {
  return {
    keys: { customerApp: customerApp.publicKey, serviceApp: serviceApp.publicKey },
    hookSecret,
  };
}

/** Those that are not in the settings yet. */
export function secretSettings(
  { customerApp, serviceApp, hookSecret }: Secrets,
  env: Environment,
): NewSettings {
  return {
    ...(customerApp.isNew && { OKTA_CLIENT_PRIVATE_KEY: customerApp.privateKey }),
    OKTA_CLIENT_KEY_ID: customerApp.publicKey.kid,
    ...(serviceApp.isNew && { OKTA_SERVICE_PRIVATE_KEY: serviceApp.privateKey }),
    OKTA_SERVICE_KEY_ID: serviceApp.publicKey.kid,
    // There may be a second one, during a rotation.
    ...(!bareValue(env, 'OKTA_HOOK_SECRET').startsWith(hookSecret) && {
      OKTA_HOOK_SECRET: hookSecret,
    }),
  };
}

export function newSecret(): string {
  return randomBytes(24).toString('hex');
}
