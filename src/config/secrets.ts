import type { OktaSettings, SealingKeys, Secrets, ServiceClient } from '../config.ts';
import { readClientAuthentication, readManagementAuthentication } from './credentials.ts';
import { readHookSecrets } from './events.ts';
import { readRedis } from './redis.ts';
import type { Settings } from './settings.ts';

const minSecretLength = 16;
const sealingKeyBytes = 32;
const mostSealingKeys = 2;

/** @param use.okta null without an org, which needs no credentials */
export function readSecrets(
  settings: Settings,
  { okta, workers }: { readonly okta: OktaSettings | null; readonly workers: number },
): Secrets {
  const isShared = workers > 1 || settings.text('REDIS_URL') !== null;
  return {
    okta: okta && {
      clientAuthentication: readClientAuthentication(settings),
      management: readManagementAuthentication(settings),
    },
    serviceClients: readServiceClients(settings),
    hookSecrets: readHookSecrets(settings),
    redis: readRedis(settings),
    sealingKeys: readSealingKeys(settings, settings.production || isShared),
  };
}

function readServiceClients(settings: Settings): readonly ServiceClient[] {
  const name = 'SERVICE_CLIENTS';
  return settings.list(name).map((entry, index) => {
    const [id = '', ...rest] = entry.split(':');
    const secret = rest.join(':');
    if (id === '' || secret === '') {
      settings.report(
        name,
        `Its entry ${index + 1} is not an id and a secret.`,
        'Write id:secret, with commas between entries.',
      );
    } else if (settings.production && secret.length < minSecretLength) {
      settings.report(
        name,
        `The secret of its entry ${index + 1} is shorter than ${minSecretLength} characters.`,
        'Make one with `openssl rand -hex 24`.',
      );
    }
    return { id, secret };
  });
}

/** One key, or the new one and the previous one. */
function readSealingKeys(settings: Settings, needed: boolean): SealingKeys | null {
  const name = 'SEALING_KEY';
  const fix = 'Make one with `openssl rand -base64 32`; all processes need the same.';
  if (needed) settings.required(name, fix);
  const values = settings.list(name);
  const keys = values.map((value) => new Uint8Array(Buffer.from(value, 'base64')));
  values.forEach((value, index) => {
    const isBase64 = /^[\w+/-]+={0,2}$/.test(value);
    if (isBase64 && keys[index]?.byteLength === sealingKeyBytes) return;
    const entry = values.length > 1 ? `Its entry ${index + 1}` : 'It';
    settings.report(name, `${entry} is not ${sealingKeyBytes} bytes in base64.`, fix);
  });
  if (keys.length > mostSealingKeys) {
    settings.report(
      name,
      'It holds more than two keys.',
      'Give the one that seals, and behind a comma the one before it.',
    );
  }
  const [first, ...others] = keys;
  return first === undefined ? null : [first, ...others];
}
