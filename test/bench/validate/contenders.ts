import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { cli } from '../../support/built.ts';
import { freePort } from '../../support/free-port.ts';
import { acceptedClientId, type Org } from './org.ts';

/** Where each contender runs alone; the load and the org have the other core. */
const serverCore = '0';
export const loadCore = '1';

export const contenders = ['bare', 'ours', 'mercurius', 'yoga', 'apollo'] as const;
export type Contender = (typeof contenders)[number];

export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

const service = 'bench:bench-secret-bench-secret';
export const authorization = `Basic ${Buffer.from(service).toString('base64')}`;

const sources = fileURLToPath(new URL('./contenders', import.meta.url));

/** Not among the packages of the project: some of them want another Node than it supports. */
const packages = [
  '@apollo/server@5.5.1',
  '@as-integrations/express5@1.1.2',
  '@okta/jwt-verifier@4.0.2',
  'express@5.1.0',
  'fastify@5.12.8',
  'graphql@16.15.0',
  'graphql-yoga@5.24.1',
  'jose@6.2.17',
  'lru-cache@11.5.3',
  'mercurius@16.10.1',
];

/** Installs what is missing, which takes half a minute at the first time. @returns their folder */
export function installContenders(): string {
  const folder = install('okta-account-api-bench', packages);
  cpSync(sources, folder, { recursive: true });
  return folder;
}

/** @param major null: the Node that this runs on; @returns its executable */
export function installNode(major: string | null): string {
  if (major === null) return process.execPath;
  const folder = install(`okta-account-api-bench-node-${major}`, [`node@${major}`]);
  return `${folder}/node_modules/node/bin/node`;
}

export function install(name: string, wanted: readonly string[]): string {
  const folder = `${tmpdir()}/${name}`;
  if (existsSync(`${folder}/installed`)) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/package.json`, '{"private":true,"type":"module"}');
  const how = ['install', '--no-audit', '--no-fund', '--loglevel=error', ...wanted];
  const { status } = spawnSync('npm', how, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${name} could not be installed.`);
  writeFileSync(`${folder}/installed`, '');
  return folder;
}

export interface Launch {
  readonly node: string;
  readonly folder: string;
  readonly org: Org;
}

export async function start(contender: Contender, launch: Launch): Promise<Running> {
  const port = await freePort();
  const child =
    contender === 'ours' ? startOurs(port, launch) : startOther(contender, port, launch);
  const url = `http://127.0.0.1:${port}/graphql`;
  await answering(url, child);
  return {
    url,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/**
 * As it is built and run, with services to authenticate, its metrics, and its log, which is not read.
 */
function startOurs(port: number, { node, org }: Launch): ChildProcess {
  return pinned([node, '--max-semi-space-size=16', cli], {
    PORT: String(port),
    OKTA_ISSUER: org.issuer,
    OKTA_CLIENT_ID: acceptedClientId,
    OKTA_CLIENT_SECRET: 'not-asked-for',
    OKTA_API_TOKEN: 'not-asked-for',
    SERVICE_CLIENTS: service,
    METRICS_PORT: '0',
  });
}

function startOther(contender: Contender, port: number, launch: Launch): ChildProcess {
  const { node, folder, org } = launch;
  return pinned([node, `${folder}/${contender}.mjs`], { PORT: String(port), ORG: org.url });
}

/** On the core of the servers, with no output. */
export function pinned(
  command: readonly string[],
  settings: Readonly<Record<string, string>>,
): ChildProcess {
  const env = { PATH: process.env['PATH'], LOG_LEVEL: 'info', ...settings };
  const sink = openSync('/dev/null', 'w');
  return spawn('taskset', ['-c', serverCore, ...command], { env, stdio: ['ignore', sink, sink] });
}

/** @throws where it does not answer within 20 s */
export async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) break;
    const body = JSON.stringify({ query: '{ __typename }' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body }).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${child.spawnargs.join(' ')} does not answer.`);
}
