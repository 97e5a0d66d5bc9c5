import { Cluster, Redis } from 'ioredis';
import type { RedisSettings } from '../config.ts';
import { openCluster } from './cluster.ts';
import { RedisUnavailable, redisCodeOf } from './codes.ts';
import { clusterOptions, redisOptions } from './options.ts';
import type { Report } from './report.ts';

/** One server, the master that sentinels name, or a cluster, which may show only when connected. */
interface Topology {
  client(): Redis | Cluster;
  /** Resolves when the first attempt has succeeded or failed. */
  connect(): Promise<void>;
  canFailOver(): boolean;
  /** Redis has said MOVED: the server belongs to a cluster. */
  noteMoved(): void;
  disconnect(): void;
}

type Options = Report & { readonly keyPrefix: string; readonly commandMs: number };

export function openTopology(settings: RedisSettings, options: Options): Topology {
  const isSeveral = settings.sentinel === null && settings.hosts.length > 1;
  let client: Redis | Cluster = isSeveral ? openNodes() : openOne();
  let hasReplicas = false;
  let isClosed = false;
  /** Resolves when it is known what the server belongs to. */
  let discovered = Promise.resolve();

  function openNodes(): Cluster {
    return openCluster(settings.hosts, clusterOptions(settings, options), options);
  }

  function openOne(): Redis {
    const redis = new Redis(redisOptions(settings, options));
    let wasReady = false;
    listenToFailures(redis, options.onFailure);
    redis.on('ready', () => {
      discovered = discover(redis, wasReady);
      wasReady = true;
    });
    return redis;
  }

  async function discover(redis: Redis, again: boolean): Promise<void> {
    const info = settings.sentinel === null ? await redis.info().catch(() => '') : '';
    hasReplicas = /^connected_slaves:[1-9]/m.test(info);
    if (/^cluster_enabled:1/m.test(info)) await becomeCluster();
    else options.onWorks(again);
  }

  async function becomeCluster(): Promise<void> {
    if (isClosed || client instanceof Cluster) return;
    const one = client;
    const nodes = openNodes();
    client = nodes;
    one.disconnect();
    await nodes.connect().catch(() => undefined);
  }

  return {
    client: () => client,
    async connect() {
      await client.connect().catch(() => undefined);
      await discovered;
    },
    canFailOver: () => settings.sentinel !== null || client instanceof Cluster || hasReplicas,
    noteMoved() {
      // ioredis follows MOVED of single commands by itself, and of no pipeline with WAIT.
      if (client instanceof Cluster) client.refreshSlotsCache();
      else void becomeCluster();
    },
    disconnect() {
      isClosed = true;
      client.disconnect();
    },
  };
}

/** One report for each failure, although sentinels that fail are reported twice by ioredis. */
function listenToFailures(redis: Redis, onFailure: (error: Error) => void): void {
  let ofSentinel: Error | null = null;
  redis.on('sentinelError', (error: Error) => {
    const isUnknown = /invalid reply: null$|ERR No such master/.test(error.message);
    const code = isUnknown ? 'UNKNOWN_MASTER' : (redisCodeOf(error) ?? 'SENTINELS_UNREACHABLE');
    ofSentinel = new RedisUnavailable(code, error);
  });
  redis.on('error', (error: Error) => {
    const isOfSentinels = error.message.startsWith('All sentinels are unreachable');
    onFailure(isOfSentinels && ofSentinel !== null ? ofSentinel : error);
  });
}
