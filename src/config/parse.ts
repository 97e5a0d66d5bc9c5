import type { Config, ConfigProblem, ServiceClient } from '../config.ts';
import { isLoopback } from './issuer.ts';
import { defaultCallTimeoutMs, readOkta } from './okta.ts';
import { bareValue, createSettings, type Environment, type Settings } from './settings.ts';
import { nearestVariable, variableNames } from './variables.ts';

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

const minSecretLength = 16;
const sealingKeyBytes = 32;

/**
 * Reads the configuration from environment variables: all of it, or every problem at once.
 * With no OKTA_* variable but OKTA_LOG_IN_FLOW there is no `okta`, and the embedded org takes its place.
 */
export function parseConfig(env: Environment): ParsedConfig {
  const settings = createSettings(env);
  reportUnknownVariables(env, settings);
  reportDisabledTls(env, settings);

  const logInFlow = settings.choice('OKTA_LOG_IN_FLOW', ['password', 'authn'], 'password');
  const okta = hasOktaSettings(env) ? readOkta(settings, logInFlow) : null;
  const config: Config = {
    production: settings.production,
    okta,
    embedded: {
      port: settings.integer('EMBEDDED_OKTA_PORT', { fallback: 4001, min: 0, max: 65_535 }),
      logInFlow,
      snapshotFile: readSnapshotFile(env),
    },
    server: readServer(settings),
    services: {
      clients: readServiceClients(settings),
      scope: settings.text('SERVICE_SCOPE') ?? 'accounts.read',
    },
    accounts: {
      enumeration: settings.choice('ENUMERATION', ['strict', 'open'], 'strict'),
      signUp: settings.choice('SIGN_UP', ['ACTIVE', 'VERIFY_EMAIL'], 'ACTIVE'),
      answerFloorMs: settings.integer('ANSWER_FLOOR_MS', { fallback: 400, min: 0, max: 5000 }),
    },
    refresh: {
      graceSeconds: settings.integer('REFRESH_GRACE_SECONDS', { fallback: 30, min: 1, max: 60 }),
    },
    redisUrl: readRedisUrl(settings),
    sealingKey: readSealingKey(settings),
  };
  reportContradictions(config, settings);
  return settings.problems.length === 0
    ? { ok: true, config }
    : { ok: false, problems: settings.problems };
}

function reportUnknownVariables(env: Environment, settings: Settings): void {
  const known = new Set<string>(variableNames);
  for (const name of Object.keys(env)) {
    if (!/^(EMBEDDED_)?OKTA_/.test(name) || known.has(name)) continue;
    settings.report(
      name,
      'There is no such setting.',
      `Did you mean ${nearestVariable(name)}? If not, remove it.`,
    );
  }
}

function reportDisabledTls(env: Environment, settings: Settings): void {
  const name = 'NODE_TLS_REJECT_UNAUTHORIZED';
  if (!settings.production || bareValue(env, name) !== '0') return;
  settings.report(
    name,
    'It turns off every certificate check, so anyone on the way could read passwords.',
    'Remove it. For a private certificate authority set NODE_EXTRA_CA_CERTS.',
  );
}

function hasOktaSettings(env: Environment): boolean {
  return variableNames.some(
    (name) =>
      name.startsWith('OKTA_') && name !== 'OKTA_LOG_IN_FLOW' && bareValue(env, name) !== '',
  );
}

/** Set and empty says: keep nothing. */
function readSnapshotFile(env: Environment): string | null {
  const isUnset = env['EMBEDDED_OKTA_FILE'] === undefined;
  const file = isUnset ? '.data/embedded-okta.json' : bareValue(env, 'EMBEDDED_OKTA_FILE');
  return file === '' ? null : file;
}

function readServer(settings: Settings): Config['server'] {
  return {
    host: settings.text('HOST') ?? (settings.production ? '0.0.0.0' : '127.0.0.1'),
    port: settings.integer('PORT', { fallback: 4000, min: 0, max: 65_535 }),
    corsOrigins: readCorsOrigins(settings),
    logLevel: settings.choice(
      'LOG_LEVEL',
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
      'info',
    ),
    requestTimeoutMs: settings.integer('REQUEST_TIMEOUT_MS', {
      fallback: 5000,
      min: 1000,
      max: 120_000,
    }),
    drainMs: settings.integer('DRAIN_MS', { fallback: 10_000, min: 0, max: 300_000 }),
  };
}

function readCorsOrigins(settings: Settings): readonly string[] {
  const name = 'CORS_ORIGINS';
  const origins = settings.list(name);
  for (const origin of origins) {
    const url = URL.canParse(origin) ? new URL(origin) : null;
    if (origin.includes('*')) {
      settings.report(
        name,
        'It has a wildcard, which would let every web page call the API.',
        'List each origin, for example https://shop.example.com.',
      );
    } else if (url?.origin !== origin) {
      settings.report(
        name,
        'It has an entry that is not an origin.',
        'Give scheme, host and port only, without a path or a slash at the end.',
      );
    } else if (settings.production && url.protocol === 'http:' && !isLoopback(url.hostname)) {
      settings.report(
        name,
        'It has an http origin, whose pages anyone on the way could change.',
        `Use ${origin.replace('http:', 'https:')}.`,
      );
    }
  }
  return origins;
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

function readSealingKey(settings: Settings): Uint8Array | null {
  const name = 'SEALING_KEY';
  const fix = 'Make one with `openssl rand -base64 32`; all processes need the same.';
  const needed = settings.production || settings.text('REDIS_URL') !== null;
  const value = needed ? settings.required(name, fix) : settings.text(name);
  if (value === null) return null;
  const key = Buffer.from(value, 'base64');
  const isBase64 = /^[\w+/-]+={0,2}$/.test(value);
  if (isBase64 && key.byteLength === sealingKeyBytes) return new Uint8Array(key);
  settings.report(name, `It is not ${sealingKeyBytes} bytes in base64.`, fix);
  return null;
}

function readRedisUrl(settings: Settings): string | null {
  const name = 'REDIS_URL';
  const url = settings.text(name);
  if (url === null) return null;
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.hostname && /^rediss?:$/.test(parsed.protocol)) return url;
  settings.report(
    name,
    'It is not the address of a Redis server.',
    'Write redis://host:6379, or rediss:// for TLS, with user:password@ before the host if needed.',
  );
  return null;
}

function reportContradictions(config: Config, settings: Settings): void {
  const { okta, server, embedded, accounts } = config;
  if (!config.production && !isLoopback(server.host)) {
    settings.report(
      'HOST',
      'Outside production GraphiQL and introspection are open, so this machine alone may call.',
      'Remove it, or set NODE_ENV=production.',
    );
  }
  if (okta === null && config.production) {
    settings.report(
      'OKTA_ISSUER',
      'There are no Okta settings, and the embedded org is for development.',
      'Set the OKTA_* variables of your org: .env.example has them all.',
    );
  }
  if (okta === null && server.port === embedded.port && server.port !== 0) {
    settings.report(
      'EMBEDDED_OKTA_PORT',
      'It is the port of the API itself.',
      'Use another one than PORT.',
    );
  }
  if (server.requestTimeoutMs <= (okta?.callTimeoutMs ?? defaultCallTimeoutMs)) {
    settings.report(
      'REQUEST_TIMEOUT_MS',
      'It is not longer than one call to Okta may take.',
      'Make it longer than OKTA_CALL_TIMEOUT_MS.',
    );
  }
  if (accounts.answerFloorMs >= server.requestTimeoutMs) {
    settings.report(
      'ANSWER_FLOOR_MS',
      'It is not shorter than a request may take.',
      'Make it shorter than REQUEST_TIMEOUT_MS.',
    );
  }
}
