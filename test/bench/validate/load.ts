import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { authorization, loadCore } from './contenders.ts';

const script = fileURLToPath(new URL('./load.lua', import.meta.url));
const connections = '64';

export interface Load {
  /** File with the request's body, in which TOKEN stands for the token. */
  readonly body: string;
  /** File with a token per line. */
  readonly tokens: string;
  readonly from: number;
  readonly count: number;
}

export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** By wrk, with one thread. What is late is in the latencies. @throws where an answer was no 200 */
export async function send(url: string, load: Load, seconds: number): Promise<Measured> {
  const wrk = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script, url];
  const { stdout } = await promisify(execFile)('taskset', ['-c', loadCore, ...wrk], {
    env: {
      PATH: process.env['PATH'],
      BODY: load.body,
      TOKENS: load.tokens,
      FROM: String(load.from),
      COUNT: String(load.count),
      AUTHORIZATION: authorization,
    },
  });
  const numbers = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(stdout)?.slice(1).map(Number) ?? [];
  const [requests = 0, duration = 1, p50 = 0, p99 = 0, failed = 0] = numbers;
  if (numbers.length === 0 || failed > 0)
    throw new Error(`${failed} of ${requests} failed at ${url}.`);
  return { perSecond: (requests * 1e6) / duration, p50Ms: p50 / 1000, p99Ms: p99 / 1000 };
}
