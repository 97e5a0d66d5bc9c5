import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { vi } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { cli } from '../built.ts';

export interface Program {
  /** Over a connection of its own, which another worker gets than the one before. */
  ask<Result>(query: string, input: object): Promise<Result>;
  /** Process ids. */
  workers(): readonly number[];
  readonly child: ChildProcess;
  /** The code it exits with. */
  readonly exit: Promise<number | null>;
  output(): string;
  /** Resolves when it serves. */
  started(): Promise<void>;
}

/** The built API with workers, on an org that runs already. */
export function startProgram(
  { issuer, seeded }: EmbeddedOkta,
  settings: Readonly<Record<string, string>>,
): Program {
  const { clientId, clientSecret } = seeded.serviceClient;
  const child = spawn(process.execPath, [cli], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      LOG_LEVEL: 'info',
      OKTA_ISSUER: issuer,
      OKTA_CLIENT_ID: seeded.apiClient.clientId,
      OKTA_CLIENT_SECRET: seeded.apiClient.clientSecret,
      OKTA_API_TOKEN: seeded.apiToken,
      SERVICE_CLIENTS: `${clientId}:${clientSecret}`,
      ...settings,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const url = () => {
    const [, found] = /GraphiQL\s+(\S+)/.exec(output) ?? [];
    if (found === undefined) throw new Error(`Not up yet: ${output}`);
    return found;
  };
  const authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
  return {
    child,
    exit: new Promise((resolve) => child.once('exit', resolve)),
    output: () => output,
    started: async () => {
      await vi.waitFor(url, { timeout: 40_000 });
    },
    workers: () =>
      execFileSync('pgrep', ['-P', `${child.pid}`])
        .toString()
        .trim()
        .split('\n')
        .map(Number),
    async ask<Result>(query: string, input: object) {
      const answer = await post(url(), JSON.stringify({ query, variables: { input } }), {
        'content-type': 'application/json',
        authorization,
      });
      const { data } = JSON.parse(answer) as { data: Result };
      return data;
    },
  };
}

function post(url: string, body: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false });
    // A connection that was on its way to a worker that was killed is answered by nobody.
    const signal = AbortSignal.timeout(4_000);
    const call = request(url, { method: 'POST', headers, agent, signal }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.once('end', () => resolve(text));
      response.once('error', reject);
    });
    call.once('error', reject);
    call.end(body);
  });
}
