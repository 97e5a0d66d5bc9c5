import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Cluster, Redis, ReplyError } from 'ioredis';
import type { RedisSettings } from '../config.ts';
import type { RedisConnection } from './client.ts';
import { openCluster } from './cluster.ts';
import { RedisUnavailable, redisCodeOf } from './codes.ts';
import { clusterOptions, redisOptions } from './options.ts';
import { createReplicatedEval } from './replicated.ts';

/** So that a Redis that hangs delays a caller by less than a call to Okta may. */
const defaultCommandMs = 1_000;
/** Sentinels that cannot be reached are asked until one can. */
const firstAttemptMs = 1_000;

/** Of 16 bytes; two orgs never have the same. */
const digestChars = 22;

/**
 * The prefix of every key. Several Okta orgs, such as those of two stages, may share one Redis
 * without sharing events, polls of the System Log or limits.
 */
export function keyPrefixOf(orgUrl: string): string {
  const digest = createHash('sha256').update(orgUrl).digest('base64url');
  return `okta-account-api:${digest.slice(0, digestChars)}:`;
}

interface Options {
  /** Of the Okta org whose accounts it is about. */
  readonly orgUrl: string;
  /** For one command. Default: a second. */
  readonly commandMs?: number;
  /** Called with each failure to connect, and with null when the connection works. */
  readonly onConnection?: (error: Error | null) => void;
}

/**
 * As `openRedis`, after the first attempt to connect: a Redis that is there is used from the first
 * request on. Without one every command fails at once, until there is one.
 */
export async function connectRedis(
  settings: RedisSettings,
  options: Options,
): Promise<RedisConnection> {
  const connection = openRedis(settings, options);
  await connection.connect();
  return connection;
}

/**
 * Not connected yet. A server that belongs to a cluster is noticed, and all its nodes are used.
 * @throws Error where a file of the settings cannot be read
 */
export function openRedis(settings: RedisSettings, options: Options): RedisConnection {
  const { commandMs = defaultCommandMs, onConnection = () => undefined } = options;
  /** Why there is no connection now. */
  let failure: Error | null = null;
  const onReplica = (error: Error) => {
    failure = error;
  };
  const wanted = { keyPrefix: keyPrefixOf(options.orgUrl), commandMs, onReplica };
  const restored: (() => void)[] = [];
  const report = {
    failed(error: Error) {
      failure = error;
      onConnection(error);
    },
    works(again: boolean) {
      failure = null;
      onConnection(null);
      if (again) for (const listener of restored) listener();
    },
  };
  const cluster = () => openCluster(settings.hosts, clusterOptions(settings, wanted), report);
  const isSeveral = settings.sentinel === null && settings.hosts.length > 1;
  let client: Redis | Cluster = isSeveral ? cluster() : openOne();
  let hasReplicas = false;
  let isClosed = false;
  /** Resolves when it is known what the server belongs to. */
  let discovered = Promise.resolve();

  function openOne(): Redis {
    const redis = new Redis(redisOptions(settings, wanted));
    let wasReady = false;
    onFailure(redis, report.failed);
    redis.on('ready', () => {
      discovered = discover(redis, wasReady);
      wasReady = true;
    });
    return redis;
  }

  async function discover(redis: Redis, again: boolean): Promise<void> {
    const info = settings.sentinel === null ? await redis.info().catch(() => '') : '';
    hasReplicas = /^connected_slaves:[1-9]/m.test(info);
    if (!/^cluster_enabled:1/m.test(info)) return report.works(again);
    if (isClosed || client !== redis) return;
    const opened = cluster();
    client = opened;
    redis.disconnect();
    await opened.connect().catch(() => undefined);
  }

  /** A command that has no reply fails with why there is no connection. */
  async function named<Reply>(command: Promise<Reply>): Promise<Reply> {
    try {
      return await command;
    } catch (error) {
      throw error instanceof ReplyError ? error : (failure ?? unanswered(error));
    }
  }

  const canFailOver = () => settings.sentinel !== null || client instanceof Cluster || hasReplicas;
  const evalReplicated = createReplicatedEval(() => client, canFailOver);
  return {
    async connect() {
      const attempt = client.connect().catch(() => undefined);
      await Promise.race([attempt, wait(firstAttemptMs, undefined, { ref: false })]);
      await discovered;
    },
    failure() {
      if (failure !== null) return failure;
      return client.status === 'ready' ? null : new RedisUnavailable('NOT_CONNECTED');
    },
    canFailOver,
    onRestored: (listener) => restored.push(listener),
    disconnect() {
      isClosed = true;
      client.disconnect();
    },
    eval: (script, ...rest) => named(client.eval(script, ...rest)),
    mget: (...keys) => named(client.mget(...keys)),
    xread: (...args) => named(client.xread(...args)),
    evalReplicated: (...args) => named(evalReplicated(...args)),
  };
}

/** ioredis gives these errors no code. */
function unanswered(error: unknown): Error {
  const isLate = error instanceof Error && error.message === 'Command timed out';
  const code = redisCodeOf(error) ?? (isLate ? 'COMMAND_TIMED_OUT' : 'NOT_CONNECTED');
  return new RedisUnavailable(code, error);
}

/** One report for each failure, although sentinels that fail are reported twice by ioredis. */
function onFailure(redis: Redis, failed: (error: Error) => void): void {
  let ofSentinel: Error | null = null;
  redis.on('sentinelError', (error: Error) => {
    const isUnknown = /invalid reply: null$|ERR No such master/.test(error.message);
    const code = isUnknown ? 'UNKNOWN_MASTER' : (redisCodeOf(error) ?? 'SENTINELS_UNREACHABLE');
    ofSentinel = new RedisUnavailable(code, error);
  });
  redis.on('error', (error: Error) => {
    const isOfSentinels = error.message.startsWith('All sentinels are unreachable');
    failed(isOfSentinels && ofSentinel !== null ? ofSentinel : error);
  });
}
