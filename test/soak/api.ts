import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { oktaEnvOf, type SpawnedApi, spawnApi } from '../support/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const probe = new URL('probe.mjs', import.meta.url).href;

const figures = z.object({
  pid: z.number(),
  role: z.enum(['primary', 'worker']),
  /** Of the event loop's delay since it was last asked, in milliseconds. */
  p99: z.number(),
  max: z.number(),
  sockets: z.object({ callers: z.number(), okta: z.number() }),
  /** Bytes of heap and buffers after a full collection. */
  live: z.number(),
  rss: z.number(),
});
export type Figures = z.infer<typeof figures>;

/** A build of its own, which nothing else replaces while it runs. @returns its cli.js */
export function buildApart(): string {
  const folder = mkdtempSync(join(tmpdir(), 'okta-account-api-soak-'));
  const outDir = join(folder, 'dist');
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json', '--outDir', outDir], { cwd: root });
  for (const name of ['schema', 'package.json']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(outDir, 'cli.js');
}

export interface Api extends SpawnedApi {
  readonly port: number;
  /** Lines of its log that tell of something that should not be. */
  readonly errors: readonly string[];
  /** Of each process that runs. */
  figures(): Promise<readonly Figures[]>;
}

/** Two workers on an org and a Redis that run already. */
export async function startApi(
  cli: string,
  { okta, redisUrl }: { readonly okta: EmbeddedOkta; readonly redisUrl: string },
  settings: Readonly<Record<string, string>>,
): Promise<Api> {
  const { clientId, clientSecret } = okta.seeded.serviceClient;
  const folder = mkdtempSync(join(tmpdir(), 'okta-account-api-probe-'));
  const api = spawnApi({
    args: ['--expose-gc', '--import', probe, cli],
    cwd: folder,
    env: {
      SOAK_DIR: folder,
      PORT: '0',
      WORKERS: '2',
      REDIS_URL: redisUrl,
      SEALING_KEY: Buffer.alloc(32, 7).toString('base64'),
      LOG_LEVEL: 'warn',
      ...oktaEnvOf(okta),
      SERVICE_CLIENTS: `${clientId}:${clientSecret}`,
      TRUSTED_PROXIES: '127.0.0.1',
      ...settings,
    },
  });
  const errors: string[] = [];
  for (const stream of [api.child.stdout, api.child.stderr]) {
    let rest = '';
    stream.on('data', (chunk) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      errors.push(...lines.filter((line) => /"level":"(error|fatal)"|^\s+at |Warning:/.test(line)));
    });
  }
  const port = Number(new URL(await api.url(60_000)).port);
  const read = async () => {
    const sockets = readdirSync(folder).map((name) => join(folder, name));
    const all = await Promise.all(sockets.map((path) => ask(path).catch(() => null)));
    return all.filter((one) => one !== null);
  };
  return { ...api, port, errors, figures: read };
}

function ask(socketPath: string): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: '/' }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.once('end', () => resolve(figures.parse(JSON.parse(text))));
    });
    call.once('error', reject);
    call.end();
  });
}
