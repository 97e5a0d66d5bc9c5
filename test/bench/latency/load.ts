import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadCore } from '../validate/contenders.ts';

const script = fileURLToPath(new URL('./load.mjs', import.meta.url));

export interface Load {
  /** File with the body of a request per line; they are sent in turn. */
  readonly bodies: string;
  readonly connections: number;
  readonly seconds: number;
  readonly authorization?: string;
  /** Requests per second, started by the clock; left out: the next one after each answer. */
  readonly rate?: number;
}

export interface Latencies {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

/** @throws where an answer was an error, or the server could not keep up with the rate */
export async function send(url: string, load: Load): Promise<Latencies> {
  const { stdout } = await promisify(execFile)(
    'taskset',
    ['-c', loadCore, process.execPath, script],
    {
      env: {
        PATH: process.env['PATH'],
        URL: url,
        BODIES: load.bodies,
        CONNECTIONS: `${load.connections}`,
        SECONDS: `${load.seconds}`,
        RATE: `${load.rate ?? 0}`,
        ...(load.authorization && { AUTHORIZATION: load.authorization }),
      },
    },
  );
  const { failed, unsent, ...latencies } = JSON.parse(stdout) as Latencies &
    Record<'failed' | 'unsent', number>;
  if (failed > 0) throw new Error(`${failed} answers of ${url} were errors.`);
  if (unsent > load.connections) throw new Error(`${url} does not keep up with ${load.rate}/s.`);
  return latencies;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Of each figure by itself. */
export function medianOf(rounds: readonly Latencies[]): Latencies {
  const at = (what: keyof Latencies) => median(rounds.map((round) => round[what]));
  return {
    perSecond: at('perSecond'),
    p50Ms: at('p50Ms'),
    p99Ms: at('p99Ms'),
    p999Ms: at('p999Ms'),
  };
}
