import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface ApiProcess {
  /** Of GraphQL. */
  readonly url: string;
  ask<Result>(
    query: string,
    input: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Result>;
  /** Without a chance to say goodbye. */
  kill(): void;
  stop(): Promise<void>;
}

/** A process of the built API, on any port, with an org that runs already as its Okta. */
export async function startProcess(
  { issuer, seeded }: EmbeddedOkta,
  settings: Readonly<Record<string, string>>,
): Promise<ApiProcess> {
  const child = spawn(process.execPath, [cli], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      LOG_LEVEL: 'silent',
      OKTA_ISSUER: issuer,
      OKTA_CLIENT_ID: seeded.apiClient.clientId,
      OKTA_CLIENT_SECRET: seeded.apiClient.clientSecret,
      OKTA_API_TOKEN: seeded.apiToken,
      SEALING_KEY: Buffer.alloc(32, 7).toString('base64'),
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await graphqlUrl(child);
  return {
    url,
    async ask<Result>(query: string, input: object, headers = {}) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables: { input } }),
      });
      const { data } = (await response.json()) as { data: Result };
      return data;
    },
    kill: () => child.kill('SIGKILL'),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await exit;
    },
  };
}

function graphqlUrl(child: ChildProcess): Promise<string> {
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  return vi.waitFor(
    () => {
      const [, url] = /GraphiQL\s+(\S+)/.exec(output) ?? [];
      if (url === undefined) throw new Error('The API did not start. Was it built?');
      return url;
    },
    { timeout: 20_000 },
  );
}
