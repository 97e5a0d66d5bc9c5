import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { oktaEnvOf, spawnApi } from '../support/program.ts';

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
  okta: EmbeddedOkta,
  settings: Readonly<Record<string, string>>,
): Promise<ApiProcess> {
  const api = spawnApi({
    env: {
      PORT: '0',
      LOG_LEVEL: 'silent',
      ...oktaEnvOf(okta),
      SEALING_KEY: Buffer.alloc(32, 7).toString('base64'),
      ...settings,
    },
  });
  const url = await api.url(20_000);
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
    kill: () => api.child.kill('SIGKILL'),
    async stop() {
      api.child.kill('SIGTERM');
      await api.exit;
    },
  };
}
