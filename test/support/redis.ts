import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe } from 'vitest';
import { parseRedisUrl } from '../../src/config/redis.ts';
import type { RedisSettings } from '../../src/config.ts';
import { freePort } from './free-port.ts';

export interface RedisServer {
  readonly url: string;
  /** Every key with its value and milliseconds to live, as someone with access to Redis reads them. */
  entries(): Promise<
    readonly { readonly key: string; readonly value: string; readonly ttl: number }[]
  >;
  readonly client: Redis;
  /** Stops answering without closing a connection. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

/** Another server of the same protocol may take its place, such as valkey-server. */
const program = process.env['REDIS_SERVER'] ?? 'redis-server';
const installed = spawnSync(program, ['--version']).status === 0;

/** For tests that need a real redis-server; where there is none, they are skipped and it says so. */
export function describeWithRedis(name: string, tests: () => void): void {
  if (!installed) process.stdout.write(`Skipped without a ${program}: ${name}.\n`);
  describe.skipIf(!installed)(name, tests);
}

/** The settings with no more than a REDIS_URL. */
export function redisAt(url: string): RedisSettings {
  const settings = parseRedisUrl(url);
  if (settings === null) throw new Error('That is no REDIS_URL.');
  return settings;
}

/** A server of its own, which keeps nothing. */
export async function startRedis(port?: number, ...options: string[]): Promise<RedisServer> {
  const taken = port ?? (await freePort());
  // Of its own: it would load the file of another server.
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const server = spawnRedis(['--port', `${taken}`, '--dir', folder, ...options]);
  const url = `redis://127.0.0.1:${taken}`;
  const client = new Redis(url, { retryStrategy: () => 50 });
  client.on('error', () => undefined);
  await client.ping();
  return {
    url,
    client,
    async entries() {
      const keys = await client.keys('*');
      return Promise.all(
        keys.map(async (key) => ({
          key,
          value: await textOf(client, key),
          ttl: await client.pttl(key),
        })),
      );
    },
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    async stop() {
      client.disconnect();
      await ended(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A process that keeps nothing. */
export function spawnRedis(options: readonly string[]): ChildProcess {
  return spawn(program, [...options, '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  });
}

async function textOf(client: Redis, key: string): Promise<string> {
  switch (await client.type(key)) {
    case 'stream':
      return JSON.stringify(await client.xrange(key, '-', '+'));
    case 'set':
      return JSON.stringify(await client.smembers(key));
    case 'zset':
      return JSON.stringify(await client.zrange(key, '0', '-1', 'WITHSCORES'));
    default:
      return (await client.get(key)) ?? '';
  }
}

export async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await exit;
}
