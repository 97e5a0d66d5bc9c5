import { setTimeout as wait } from 'node:timers/promises';
import { Cluster, type Redis } from 'ioredis';
import type { RedisSettings } from '../config.ts';
import { RedisUnavailable, redisCodeOf } from './codes.ts';
import type { clusterOptions } from './options.ts';
import type { Report } from './report.ts';

/** From one look at the slots to the next, while a master is gone. */
const lookEveryMs = 100;

/**
 * The nodes of a cluster, not connected yet. ioredis notices at the next command for a slot that its
 * master has gone; this looks for the new one at once.
 */
export function openCluster(
  hosts: RedisSettings['hosts'],
  options: ReturnType<typeof clusterOptions>,
  report: Pick<Report, 'onFailure' | 'onWorks'>,
): Cluster {
  const cluster = new Cluster([...hosts], options);
  let wasReady = false;
  let repairing = false;
  /** The last one that says more than that the connection is closed. */
  let nodeError: Error | null = null;
  const isOpen = () => cluster.status === 'ready';

  /** Reports a failure when there is one: nodes go in peace too, when slots have moved. */
  async function repair(): Promise<void> {
    if (repairing || !isOpen()) return;
    repairing = true;
    let failure = await failureOfMasters(cluster);
    while (failure !== null && isOpen()) {
      report.onFailure(nodeError ?? failure);
      await wait(lookEveryMs);
      failure = await failureOfMasters(cluster);
    }
    repairing = false;
    nodeError = null;
    if (isOpen()) report.onWorks(true);
  }

  cluster.on('error', (error: Error) => {
    report.onFailure(nodeError ?? new RedisUnavailable('NODES_UNREACHABLE', error));
  });
  cluster.on('node error', (error: Error) => {
    nodeError = codedError(error) ?? nodeError;
    void repair();
  });
  cluster.on('-node', () => void repair());
  cluster.on('ready', async () => {
    const again = wasReady;
    wasReady = true;
    const works = await connectMasters(cluster).then(
      () => true,
      () => false,
    );
    if (works) report.onWorks(again);
    else await repair();
  });
  return cluster;
}

/** Null: all masters of the cluster answer, as it is now. */
async function failureOfMasters(cluster: Cluster): Promise<Error | null> {
  try {
    await new Promise<void>((resolve, reject) => {
      cluster.refreshSlotsCache((error) => (error ? reject(error) : resolve()));
    });
    await connectMasters(cluster);
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error('A master does not answer.');
  }
}

/** ioredis connects with the first command, and refuses those that come meanwhile. */
async function connectMasters(cluster: Cluster): Promise<void> {
  await Promise.all(cluster.nodes('master').map((node: Redis) => node.ping()));
}

/** Null: it says only that the connection is closed. */
function codedError(error: Error): Error | null {
  const isNoCluster = error.message.includes('cluster support disabled');
  if (isNoCluster) return new RedisUnavailable('NOT_A_CLUSTER', error);
  return redisCodeOf(error) !== null || 'code' in error ? error : null;
}
