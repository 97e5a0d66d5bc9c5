import type { RedisLogin, RedisSettings } from '../config.ts';
import type { Settings } from './settings.ts';
import type { VariableName } from './variables.ts';

const urlForm = /^(rediss?)(\+sentinel)?:\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/([^?#]*))?$/;
const defaultPorts = { servers: 6379, sentinels: 26_379 };
const fix =
  'Write redis://host:6379, or rediss:// for TLS, with user:password@ before the host if needed. ' +
  'For Sentinel write redis+sentinel://host:26379,host2:26379/master-name.';

/** Null: there is none, or it is reported. */
export function readRedis(settings: Settings): RedisSettings | null {
  const url = settings.text('REDIS_URL');
  if (url === null) {
    reportUnused(settings);
    return null;
  }
  const server = parseRedisUrl(url);
  if (server === null) {
    settings.report('REDIS_URL', 'It is not the address of a Redis server.', fix);
    return null;
  }
  return {
    ...server,
    login: readLogin(settings, server.login),
    sentinel: readSentinel(settings, server),
    tls: readTls(settings, server),
  };
}

/**
 * `redis://[user:password@]host[:port][,host…][/database]`, `redis+sentinel://` with the name of the
 * master before the database, and both with `rediss` for TLS. Null: it is none of these.
 */
export function parseRedisUrl(url: string): RedisSettings | null {
  const [, scheme, sentinel, userInfo = '', authority = '', path = ''] = urlForm.exec(url) ?? [];
  if (scheme === undefined) return null;
  const kind = sentinel === undefined ? 'servers' : 'sentinels';
  const hosts = authority.split(',').map((entry) => readHost(entry, defaultPorts[kind]));
  const login = readUserInfo(userInfo);
  const parts = path.split('/');
  const masterName = kind === 'servers' ? null : decode(parts.shift() ?? '');
  const [database = '', ...rest] = parts;
  if (rest.length > 0 || masterName === '' || !/^\d{0,4}$/.test(database)) return null;
  if (login === null || !hosts.every((host) => host !== null)) return null;
  return {
    hosts,
    database: Number(database),
    login,
    sentinel: masterName === null ? null : { masterName, login: noLogin },
    tls: scheme === 'rediss' ? noFiles : null,
  };
}

const noLogin: RedisLogin = { username: null, password: null };
const noFiles = { caFile: null, certFile: null, keyFile: null };

function readHost(entry: string, port: number): RedisSettings['hosts'][number] | null {
  // The port of no other scheme is left out as its default.
  const url = `redis://${entry}`;
  if (entry === '' || !URL.canParse(url)) return null;
  const { hostname, port: written, host } = new URL(url);
  if (host.toLowerCase() !== entry.toLowerCase() || hostname === '') return null;
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: written === '' ? port : Number(written),
  };
}

/** Null: it is not encoded as a URL has it. */
function readUserInfo(text: string): RedisLogin | null {
  if (text === '') return noLogin;
  const [username = '', ...rest] = text.split(':');
  const decoded = [decode(username), decode(rest.join(':'))];
  if (decoded.includes(null)) return null;
  return { username: decoded[0] || null, password: decoded[1] || null };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** What the URL has, or else the variables; they may be files. */
function readLogin(settings: Settings, ofUrl: RedisLogin): RedisLogin {
  const login = {
    username: settings.text('REDIS_USERNAME'),
    password: settings.text('REDIS_PASSWORD'),
  };
  for (const part of ['username', 'password'] as const) {
    if (login[part] === null || ofUrl[part] === null) continue;
    const name: VariableName = part === 'username' ? 'REDIS_USERNAME' : 'REDIS_PASSWORD';
    settings.report(name, 'REDIS_URL has one too.', 'Keep one of both.');
  }
  return { username: ofUrl.username ?? login.username, password: ofUrl.password ?? login.password };
}

function readSentinel(settings: Settings, { sentinel }: RedisSettings): RedisSettings['sentinel'] {
  const login = {
    username: settings.text('REDIS_SENTINEL_USERNAME'),
    password: settings.text('REDIS_SENTINEL_PASSWORD'),
  };
  if (sentinel !== null) return { ...sentinel, login };
  reportWithout(settings, ['REDIS_SENTINEL_USERNAME', 'REDIS_SENTINEL_PASSWORD'], {
    problem: 'REDIS_URL names no sentinels.',
    fix: 'Remove it, or write redis+sentinel://host:26379,host2:26379/master-name.',
  });
  return null;
}

const tlsFiles = ['REDIS_TLS_CA_FILE', 'REDIS_TLS_CERT_FILE', 'REDIS_TLS_KEY_FILE'] as const;

function readTls(settings: Settings, { tls }: RedisSettings): RedisSettings['tls'] {
  if (tls === null) {
    reportWithout(settings, tlsFiles, {
      problem: 'REDIS_URL does not ask for TLS.',
      fix: 'Write rediss:// or rediss+sentinel:// there, or remove it.',
    });
    return null;
  }
  const [caFile = null, certFile = null, keyFile = null] = tlsFiles.map(settings.text);
  if ((certFile === null) !== (keyFile === null)) {
    settings.report(
      certFile === null ? 'REDIS_TLS_CERT_FILE' : 'REDIS_TLS_KEY_FILE',
      'It is missing.',
      'A client certificate needs both REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE.',
    );
  }
  return { caFile, certFile, keyFile };
}

function reportUnused(settings: Settings): void {
  const names = ['REDIS_USERNAME', 'REDIS_PASSWORD', 'REDIS_SENTINEL_USERNAME'] as const;
  reportWithout(settings, [...names, 'REDIS_SENTINEL_PASSWORD', ...tlsFiles], {
    problem: 'There is no REDIS_URL.',
    fix: 'Set REDIS_URL, or remove it.',
  });
}

function reportWithout(
  settings: Settings,
  names: readonly VariableName[],
  { problem, fix: mend }: { readonly problem: string; readonly fix: string },
): void {
  for (const name of names) {
    if (settings.text(name) !== null) settings.report(name, problem, mend);
  }
}
