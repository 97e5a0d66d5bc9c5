import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, vi } from 'vitest';

export interface NginxAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface Nginx {
  /** Where it listens. */
  readonly socketPath: string;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<NginxAnswer>;
  stop(): Promise<void>;
}

const installed = spawnSync('nginx', ['-v']).status === 0;

/** For tests that need a real nginx; where there is none, they are skipped and it says so. */
export function describeWithNginx(name: string, tests: () => void): void {
  if (!installed) process.stdout.write(`Skipped without an nginx: ${name}.\n`);
  describe.skipIf(!installed)(name, tests);
}

/**
 * An nginx that listens on a socket of its own and keeps its files to itself.
 * @param http what a file under /etc/nginx/conf.d would hold, and `listen 80;` in it
 */
export async function startNginx(http: string): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  const socketPath = join(folder, 'socket');
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    configuration(folder, http.replace('listen 80;', `listen unix:${socketPath};`)),
  );
  const server = spawn('nginx', ['-p', folder, '-c', config, '-e', 'stderr'], { stdio: 'ignore' });
  const exit = once(server, 'exit');
  const get: Nginx['get'] = (path, headers = {}) =>
    new Promise((resolve, reject) => {
      const out = request({ socketPath, path, headers, agent: false }, (answer) => {
        let text = '';
        answer.on('data', (part) => {
          text += part;
        });
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
        );
      });
      out.on('error', reject);
      out.end();
    });
  await vi.waitFor(() => get('/'), { timeout: 5_000 });
  return {
    socketPath,
    get,
    async stop() {
      server.kill('SIGKILL');
      await exit;
      rmSync(folder, { recursive: true });
    },
  };
}

/** One process, in the foreground: killed, it leaves nothing behind. */
function configuration(folder: string, http: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const own = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`);
  return `daemon off; master_process off; pid ${folder}/pid;
events {}
http { access_log off; ${own.join(' ')}
${http}
}
`;
}
