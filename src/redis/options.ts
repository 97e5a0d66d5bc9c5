import { readFileSync } from 'node:fs';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import type { ClusterOptions } from 'ioredis';
import type { RedisSettings } from '../config.ts';
import { redisCodeOf } from './codes.ts';

/** After which a connection without an answer is replaced. */
export const silenceMs = 2_000;
const connectMs = 1_000;
/** Soon, since a failover takes seconds; less often when it takes longer. */
const soonMs = 200;
const soonAttempts = 50;
const longestRetryMs = 2_000;
/** Because of a server that is no master any more. */
const reconnectEveryMs = 1_000;

interface Wanted {
  readonly keyPrefix: string;
  readonly commandMs: number;
  /** Called before the connection is replaced because its server is a replica. */
  readonly onReplica: (error: Error) => void;
}

/** For a connection to one server, or to the master that sentinels name. */
export function redisOptions(settings: RedisSettings, wanted: Wanted) {
  const [first] = settings.hosts;
  const shared = {
    ...connectionOptions(settings, wanted),
    db: settings.database,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: retryAfter,
  };
  if (settings.sentinel === null) return { ...shared, ...first };
  const { masterName, login } = settings.sentinel;
  const { tls } = shared;
  return {
    ...shared,
    name: masterName,
    sentinels: [...settings.hosts],
    ...(login.username !== null && { sentinelUsername: login.username }),
    ...(login.password !== null && { sentinelPassword: login.password }),
    ...(tls && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
    sentinelCommandTimeout: connectMs,
    sentinelRetryStrategy: retryAfter,
  };
}

/** For connections to the nodes of a cluster. */
export function clusterOptions(settings: RedisSettings, wanted: Wanted) {
  const { keyPrefix, ...options } = connectionOptions(settings, wanted);
  return {
    keyPrefix,
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: retryAfter,
    slotsRefreshTimeout: connectMs,
    slotsRefreshInterval: 30_000,
    // A failed command is the caller's to repeat: it may have been carried out.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    // A certificate names hosts, not addresses.
    dnsLookup: (host, callback) => callback(null, host),
    redisOptions: options,
  } satisfies ClusterOptions;
}

function connectionOptions({ login, tls, hosts }: RedisSettings, wanted: Wanted) {
  return {
    keyPrefix: wanted.keyPrefix,
    ...(login.username !== null && { username: login.username }),
    ...(login.password !== null && { password: login.password }),
    ...(tls !== null && { tls: tlsOptions(tls, hosts) }),
    lazyConnect: true,
    connectTimeout: connectMs,
    commandTimeout: wanted.commandMs,
    socketTimeout: Math.max(silenceMs, wanted.commandMs),
    maxLoadingRetryTime: 500,
    autoResendUnfulfilledCommands: false,
    // The CLIENT SETINFO of a library is not worth a right.
    disableClientInfo: true,
    // A server that was a master when it was connected to: its name may have another one by now.
    reconnectOnError: createReconnectRule(wanted.onReplica),
  };
}

/** A server that stays a replica is not connected to at each command. */
function createReconnectRule(onReplica: Wanted['onReplica']): (error: Error) => boolean {
  let nextAt = 0;
  return (error) => {
    if (redisCodeOf(error) !== 'READONLY' || performance.now() < nextAt) return false;
    nextAt = performance.now() + reconnectEveryMs;
    onReplica(error);
    return true;
  };
}

function retryAfter(attempt: number): number {
  return attempt <= soonAttempts ? Math.min(100 * attempt, soonMs) : longestRetryMs;
}

/** @throws Error where a file cannot be read */
function tlsOptions(
  files: NonNullable<RedisSettings['tls']>,
  hosts: RedisSettings['hosts'],
): ConnectionOptions {
  const { caFile, certFile, keyFile } = files;
  return {
    ...(caFile !== null && { ca: readPem('REDIS_TLS_CA_FILE', caFile) }),
    ...(certFile !== null && { cert: readPem('REDIS_TLS_CERT_FILE', certFile) }),
    ...(keyFile !== null && { key: readPem('REDIS_TLS_KEY_FILE', keyFile) }),
    // Sentinels and clusters announce servers by address. A certificate for a configured host is as
    // good, since its holder could answer under that host too.
    checkServerIdentity(name, certificate) {
      const wrong = checkServerIdentity(name, certificate);
      if (wrong === undefined) return undefined;
      const known = hosts.some(({ host }) => checkServerIdentity(host, certificate) === undefined);
      return known ? undefined : wrong;
    },
  };
}

function readPem(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'no file';
    throw new Error(`${variable} cannot be read (${code}): ${file}`, { cause: error });
  }
}
