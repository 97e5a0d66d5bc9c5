import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { vi } from 'vitest';
import { cli } from './built.ts';

/** A soak writes for hours. */
const longestOutput = 10 * 2 ** 20;

export interface ApiOptions {
  /** The whole environment but `PATH`. */
  readonly env: Readonly<Record<string, string>>;
  /** Of node. Default: the built API alone. */
  readonly args?: readonly string[];
  readonly cwd?: string;
}

export interface SpawnedApi {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** The code it exits with. */
  readonly exit: Promise<number | null>;
  /** What it has written so far, to either stream. */
  output(): string;
  /** Of GraphQL, once it serves. @param withinMs default: less than a test may take */
  url(withinMs?: number): Promise<string>;
}

/** The built API as a process of its own. */
export function spawnApi({ env, args = [cli], cwd }: ApiOptions): SpawnedApi {
  const child = spawn(process.execPath, args, {
    ...(cwd !== undefined && { cwd }),
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      if (output.length < longestOutput) output += chunk;
    });
  }
  const served = () => {
    const [, url] = /GraphiQL\s+(\S+)/.exec(output) ?? [];
    if (url === undefined) throw new Error(`Not up yet: ${output}`);
    return url;
  };
  return {
    child,
    exit: new Promise((resolve) => child.once('exit', resolve)),
    output: () => output,
    url: (withinMs = 14_000) => vi.waitFor(served, { timeout: withinMs }),
  };
}

interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The parts of an embedded org that another process needs. */
export interface RunningOrg {
  readonly issuer: string;
  readonly seeded: {
    readonly apiClient: Client;
    readonly serviceClient: Client;
    readonly apiToken: string;
  };
}

/** Configures the API for an org that runs already. */
export function oktaEnvOf({ issuer, seeded }: RunningOrg) {
  return {
    OKTA_ISSUER: issuer,
    OKTA_CLIENT_ID: seeded.apiClient.clientId,
    OKTA_CLIENT_SECRET: seeded.apiClient.clientSecret,
    OKTA_API_TOKEN: seeded.apiToken,
  };
}
