import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis, type RedisOptions } from 'ioredis';
import { vi } from 'vitest';
import { freePort } from './free-port.ts';
import { ended, spawnRedis } from './redis.ts';

const soon = { timeout: 15_000, interval: 20 };

/** One redis-server of several. */
export interface Node {
  readonly port: number;
  readonly client: Redis;
  /** Ends the process without a word. */
  kill(): Promise<void>;
  /** Stops and continues the process, connections and all. */
  pause(): void;
  resume(): void;
}

/** How a test gets in. */
type Login = Pick<RedisOptions, 'username' | 'password' | 'tls'>;

interface NodeOptions {
  readonly folder: string;
  /** Of its configuration, which a sentinel rewrites. */
  readonly file?: string;
  readonly options?: readonly string[];
  readonly client?: Login;
}

async function startNode(given: NodeOptions): Promise<Node> {
  const { folder, file, options = [], client: login } = given;
  const port = await freePort();
  const isTls = login?.tls !== undefined;
  const ports = isTls ? ['--port', '0', '--tls-port', `${port}`] : ['--port', `${port}`];
  const server: ChildProcess = spawnRedis([
    ...(file === undefined ? [] : [file]),
    ...ports,
    ...['--dir', folder, '--repl-diskless-sync-delay', '0'],
    ...options,
  ]);
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, ...(login ?? {}) });
  client.on('error', () => undefined);
  await vi.waitFor(() => client.ping(), soon);
  return {
    port,
    client,
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    async kill() {
      client.disconnect();
      await ended(server);
    },
  };
}

interface Topology {
  /** Masters first. */
  readonly nodes: readonly Node[];
  stop(): Promise<void>;
}

function topologyOf(nodes: readonly Node[], folder: string): Topology {
  return {
    nodes,
    async stop() {
      await Promise.all(nodes.map((node) => node.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Three masters, and one replica for each of the first ones. */
export async function startCluster({
  replicas = 0,
  ...common
}: Omit<NodeOptions, 'folder' | 'file'> & { readonly replicas?: number } = {}): Promise<Topology> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-cluster-'));
  // The default is the port and 10,000, which may be more than there are.
  const busPorts = await Promise.all(Array.from({ length: 3 + replicas }, () => freePort()));
  const start = async (index: number) =>
    startNode({
      folder,
      ...common,
      options: [
        ...['--cluster-port', `${busPorts[index]}`],
        ...['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${index}.conf`],
        ...['--cluster-node-timeout', '500', '--repl-ping-replica-period', '1'],
        ...(common.options ?? []),
      ],
    });
  const nodes = await Promise.all(Array.from({ length: 3 + replicas }, (_, index) => start(index)));
  const [first, ...others] = nodes as [Node, ...Node[]];
  await Promise.all(
    others.map(({ port }, index) =>
      first.client.call('CLUSTER', 'MEET', '127.0.0.1', port, busPorts[index + 1] ?? 0),
    ),
  );
  const masters = nodes.slice(0, 3);
  const ends = [0, 5_461, 10_923, 16_384];
  await Promise.all(
    masters.map(({ client }, index) =>
      client.call('CLUSTER', 'ADDSLOTSRANGE', ends[index] ?? 0, (ends[index + 1] ?? 0) - 1),
    ),
  );
  await allKnown(nodes);
  await Promise.all(
    nodes.slice(3).map(async ({ client }, index) => {
      const id = (await nodes[index]?.client.call('CLUSTER', 'MYID')) as string;
      await client.call('CLUSTER', 'REPLICATE', id);
      await vi.waitFor(async () => isSynced(await client.info('replication')), soon);
    }),
  );
  return topologyOf(nodes, folder);
}

async function allKnown(nodes: readonly Node[]): Promise<void> {
  await vi.waitFor(async () => {
    for (const { client } of nodes) {
      const info = (await client.call('CLUSTER', 'INFO')) as string;
      if (!info.includes('cluster_state:ok')) throw new Error('The cluster is not ready.');
      if (!info.includes(`cluster_known_nodes:${nodes.length}`)) throw new Error('Not all met.');
    }
  }, soon);
}

function isSynced(info: string): void {
  if (!info.includes('master_link_status:up')) throw new Error('The replica is not ready.');
}

interface Sentinels extends Topology {
  /** Of the sentinels; the name of the master is `shop`. */
  readonly ports: readonly number[];
}

/** A master, a replica, and sentinels (three if not told otherwise) that wait for 300 ms before they think it is gone. */
export async function startSentinels({
  serverOptions = [],
  serverLogin = {},
  sentinelLines = [],
  sentinels: count = 3,
  sentinelLogin = {},
}: {
  readonly serverOptions?: readonly string[];
  readonly serverLogin?: Login;
  /** More lines of the configuration. */
  readonly sentinelLines?: readonly string[];
  readonly sentinelLogin?: Login;
  readonly sentinels?: 1 | 3;
} = {}): Promise<Sentinels> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-sentinel-'));
  const server = { folder, client: serverLogin };
  const master = await startNode({ ...server, options: serverOptions });
  const follow = ['--replicaof', `127.0.0.1 ${master.port}`];
  const replica = await startNode({ ...server, options: [...serverOptions, ...follow] });
  await vi.waitFor(async () => isSynced(await replica.client.info('replication')), soon);
  const lines = [
    `sentinel monitor shop 127.0.0.1 ${master.port} ${Math.ceil(count / 2)}`,
    'sentinel down-after-milliseconds shop 300',
    'sentinel failover-timeout shop 2000',
    ...sentinelLines,
  ];
  const sentinels = await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const file = join(folder, `sentinel-${index}.conf`);
      writeFileSync(file, `${lines.join('\n')}\n`);
      return startNode({ folder, file, options: ['--sentinel'], client: sentinelLogin });
    }),
  );
  await vi.waitFor(async () => {
    for (const { client } of sentinels) {
      const info = await client.info('sentinel');
      if (!info.includes(`slaves=1,sentinels=${count}`))
        throw new Error('The sentinels do not know all.');
    }
  }, soon);
  return {
    ...topologyOf([master, replica, ...sentinels], folder),
    ports: sentinels.map(({ port }) => port),
  };
}
