import { execFileSync } from 'node:child_process';
import { Agent, request } from 'node:http';
import { oktaEnvOf, type RunningOrg, type SpawnedApi, spawnApi } from '../support/program.ts';

export interface Program extends SpawnedApi {
  /** Over a connection of its own, which another worker gets than the one before. */
  ask<Result>(query: string, input: object): Promise<Result>;
  /** Process ids. */
  workers(): readonly number[];
}

/** The built API with workers, on an org that runs already. */
export function startProgram(
  okta: RunningOrg,
  settings: Readonly<Record<string, string>>,
): Program {
  const { clientId, clientSecret } = okta.seeded.serviceClient;
  const api = spawnApi({
    env: {
      PORT: '0',
      LOG_LEVEL: 'info',
      ...oktaEnvOf(okta),
      SERVICE_CLIENTS: `${clientId}:${clientSecret}`,
      ...settings,
    },
  });
  const authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
  return {
    ...api,
    workers: () =>
      execFileSync('pgrep', ['-P', `${api.child.pid}`])
        .toString()
        .trim()
        .split('\n')
        .map(Number),
    async ask<Result>(query: string, input: object) {
      const answer = await post(await api.url(), JSON.stringify({ query, variables: { input } }), {
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
    // A connection that was on its way to a killed worker is not answered.
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
