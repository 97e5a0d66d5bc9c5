import type { Config, ConfigProblem, Secrets } from '../config.ts';
import { readDevelopment } from './development.ts';
import { readEmbedded } from './embedded.ts';
import { readEvents } from './events.ts';
import { isLoopback } from './issuer.ts';
import {
  readConnections,
  readLimits,
  readProfiles,
  readRefreshGrace,
  readServiceScope,
  readTrustedProxies,
  readWorkers,
} from './limits.ts';
import { readMetrics } from './metrics.ts';
import { defaultCallTimeoutMs, readOkta } from './okta.ts';
import { readSecrets } from './secrets.ts';
import { bareValue, createSettings, type Environment, type Settings } from './settings.ts';
import { adminTokenName, nearestVariable, type VariableName, variableNames } from './variables.ts';

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config; readonly secrets: Secrets }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/**
 * Reads the configuration from environment variables: all of it, or every problem at once.
 * With no OKTA_* variable but those of `forEitherOrg` there is no `okta`, and the embedded org takes its place.
 */
export function parseConfig(env: Environment): ParsedConfig {
  const settings = createSettings(env);
  reportUnknownVariables(env, settings);
  reportDisabledTls(env, settings);
  // Already read by the caller; this only reports a placeholder.
  settings.text('SECRETS_DIR');

  const logInFlow = settings.choice('OKTA_LOG_IN_FLOW', ['password', 'authn'], 'password');
  const org = readEmbedded(settings, env, { file: '.data/embedded-okta.json', names: 'optional' });
  const okta = hasOktaSettings(env) ? readOkta(settings, logInFlow) : null;
  const workers = readWorkers(settings);
  const secrets = readSecrets(settings, { okta, workers });
  const server = readServer(settings);
  const config: Config = {
    production: settings.production,
    exposeDevelopment: readDevelopment(settings, server.host),
    okta,
    embedded: { ...org, logInFlow },
    server,
    services: { scope: readServiceScope(settings) },
    accounts: {
      enumeration: settings.choice('ENUMERATION', ['strict', 'open'], 'strict'),
      signUp: settings.choice('SIGN_UP', ['ACTIVE', 'VERIFY_EMAIL'], 'ACTIVE'),
      answerFloorMs: settings.integer('ANSWER_FLOOR_MS', { fallback: 400, min: 0, max: 5000 }),
      // For a real org, the profile file holds what it requires.
      optionalFields: okta === null && org.names === 'optional' ? ['firstName', 'lastName'] : [],
    },
    limits: readLimits(settings),
    refresh: { graceSeconds: readRefreshGrace(settings) },
    events: readEvents(settings, okta === null),
    profiles: readProfiles(settings),
    workers,
    metrics: readMetrics(settings, server),
  };
  reportContradictions(config, settings);
  return settings.problems.length === 0
    ? { ok: true, config, secrets }
    : { ok: false, problems: settings.problems };
}

function reportUnknownVariables(env: Environment, settings: Settings): void {
  const known = new Set<string>([...variableNames, adminTokenName]);
  if (bareValue(env, adminTokenName) !== '') {
    settings.report(
      adminTokenName,
      'It is for the commands setup and doctor alone, which take it from the environment for one run.',
      'Remove it here and from .env. The API itself has OKTA_SERVICE_CLIENT_ID or OKTA_API_TOKEN.',
    );
  }
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

/** Variables for how the API uses an org, as opposed to which org. */
const forEitherOrg: readonly VariableName[] = [
  'OKTA_LOG_IN_FLOW',
  'OKTA_HOOK_SECRET',
  'OKTA_LOG_POLL_SECONDS',
];

function hasOktaSettings(env: Environment): boolean {
  return variableNames.some(
    (name) =>
      name.startsWith('OKTA_') && !forEitherOrg.includes(name) && bareValue(env, name) !== '',
  );
}

function readServer(settings: Settings): Config['server'] {
  return {
    host: settings.text('HOST') ?? (settings.production ? '0.0.0.0' : '127.0.0.1'),
    port: settings.integer('PORT', { fallback: 4000, min: 0, max: 65_535 }),
    publicUrl: readPublicUrl(settings),
    corsOrigins: readCorsOrigins(settings),
    trustedProxies: readTrustedProxies(settings),
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
    connections: readConnections(settings),
    documentsFile: settings.text('DOCUMENTS_FILE'),
    profileFile: settings.text('PROFILE_FILE'),
  };
}

function readPublicUrl(settings: Settings): string | null {
  const name = 'PUBLIC_URL';
  const text = settings.text(name);
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (isPlain) return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  settings.report(
    name,
    'It is not the address of a website.',
    'Use an address such as https://accounts.example.com, without a query or credentials.',
  );
  return null;
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

function reportContradictions(config: Config, settings: Settings): void {
  const { okta, server, embedded, accounts } = config;
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
