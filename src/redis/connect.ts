import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Cluster, ReplyError } from 'ioredis';
import type { RedisSettings } from '../config.ts';
import type { RedisConnection } from './client.ts';
import { RedisUnavailable, redisCodeOf } from './codes.ts';
import { createReplicatedEval } from './replicated.ts';
import type { Report } from './report.ts';
import { openTopology } from './topology.ts';

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
  const keyPrefix = keyPrefixOf(options.orgUrl);
  const health = createHealth(onConnection);
  const topology = openTopology(settings, { keyPrefix, commandMs, ...health.report });
  const { client, canFailOver } = topology;
  const evalReplicated = createReplicatedEval(client, canFailOver);

  /** ioredis keeps commands back until the server has loaded its data, and does not say so. */
  const isLoading = () => client().status === 'connect' && !(client() instanceof Cluster);

  function reasonOf(error: unknown): Error {
    const failure = health.failure();
    if (failure !== null && failure instanceof ReplyError) return failure;
    return isLoading() ? new RedisUnavailable('LOADING', error) : (failure ?? unanswered(error));
  }

  /** A command that has no reply fails with why there is no connection. */
  async function named<Reply>(command: Promise<Reply>): Promise<Reply> {
    try {
      return await command;
    } catch (error) {
      if (!(error instanceof ReplyError)) throw reasonOf(error);
      if (redisCodeOf(error) === 'MOVED') topology.noteMoved();
      throw error;
    }
  }

  return {
    keyPrefix,
    async connect() {
      await Promise.race([topology.connect(), wait(firstAttemptMs, undefined, { ref: false })]);
    },
    failure() {
      const isReady = client().status === 'ready';
      return health.failure() ?? (isReady ? null : new RedisUnavailable('NOT_CONNECTED'));
    },
    canFailOver,
    onRestored: health.onRestored,
    disconnect: topology.disconnect,
    eval: (script, ...rest) => named(client().eval(script, ...rest)),
    mget: (...keys) => named(client().mget(...keys)),
    xread: (...args) => named(client().xread(...args)),
    evalReplicated: (...args) => named(evalReplicated(...args)),
  };
}

function createHealth(onConnection: (error: Error | null) => void) {
  let failure: Error | null = null;
  const restored: (() => void)[] = [];
  const report: Report = {
    onReplica(error) {
      failure = error;
    },
    onFailure(error) {
      failure = error;
      onConnection(error);
    },
    onWorks(again) {
      // Also where it could not be reached at the start, and works for the first time now.
      const isRestored = again || failure !== null;
      failure = null;
      onConnection(null);
      if (isRestored) for (const listener of restored) listener();
    },
  };
  return {
    report,
    failure: () => failure,
    onRestored(listener: () => void) {
      restored.push(listener);
    },
  };
}

/** ioredis gives these errors no code. */
function unanswered(error: unknown): Error {
  const isLate = error instanceof Error && error.message === 'Command timed out';
  const code = redisCodeOf(error) ?? (isLate ? 'COMMAND_TIMED_OUT' : 'NOT_CONNECTED');
  return new RedisUnavailable(code, error);
}
