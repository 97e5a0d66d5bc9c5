import cluster, { type Worker } from 'node:cluster';
import { setImmediate as turn } from 'node:timers/promises';
import type { ServingSecrets } from '../config.ts';
import type { Log } from '../logging/log.ts';
import { type Boot, type FromPrimary, type FromWorker, fromWorker } from './messages.ts';
import {
  createMetricsCollector,
  type MetricsCollector,
  type WorkerMetrics,
} from './metrics-collector.ts';

const restartDelayMs = 1_000;
/** A worker that has served for this long did not fail at its start. */
const steadyMs = 10_000;

/**
 * How many milliseconds to wait before a worker that has ended is replaced. A worker that never served,
 * or ended soon after its start, may be the first of many.
 */
export function delayBeforeReplacing({
  served,
  livedMs,
}: {
  readonly served: boolean;
  readonly livedMs: number;
}): number {
  return served && livedMs >= steadyMs ? 0 : restartDelayMs;
}

/**
 * The first argument of our workers. A process manager that uses node:cluster has workers too, and runs
 * this program in them.
 */
export const workerArgument = 'worker';

/** How long after its drain time a worker that does not exit is killed. */
export const killAfterMs = 5_000;

interface Options {
  /** Called for each new worker. */
  readonly boot: () => Boot;
  readonly log: Log;
}

export interface Workers {
  /** The same for all of them. */
  readonly url: string;
  /** The metrics of all workers, including those that have ended. */
  readonly collectMetrics: MetricsCollector['collect'];
  /** Sends the secrets to all workers, which use them from then on. */
  replaceSecrets(secrets: ServingSecrets): void;
  /**
   * Resolves when all workers have answered their requests and exited.
   * @throws Error when one failed or had to be killed
   */
  stop(): Promise<void>;
}

/**
 * Starts the workers of this program, and replaces each that ends. What workers share, they share
 * through Redis and not through this process.
 * @throws Error with the message of the first worker that cannot start
 */
export function startWorkers(options: Options): Promise<Workers> {
  const { workers: count, server } = options.boot().config;
  const { log } = options;
  const workers = new Set<WorkerHandle>();
  const metrics = createMetricsCollector();
  let stopping = false;
  cluster.setupPrimary({ args: [workerArgument], serialization: 'advanced' });

  return new Promise((resolve, reject) => {
    let started = false;
    let ready = 0;

    function start(): void {
      const worker = forkWorker(options.boot, {
        metrics,
        onReady(url) {
          ready += 1;
          if (started) log.info({ event: 'worker_replaced' }, 'A new worker serves.');
          if (started || ready < count) return;
          started = true;
          resolve({ url, collectMetrics: metrics.collect, replaceSecrets, stop });
        },
        onFailed(message) {
          if (!started) reject(new Error(message));
          else
            log.error({ event: 'worker_start_failed', error: message }, 'A worker cannot start.');
        },
        onEnd(end) {
          workers.delete(worker);
          if (stopping) return;
          if (!started) {
            reject(new Error('A worker ended before it served.'));
            return;
          }
          log.warn(
            { event: 'worker_ended', ...end },
            'A worker has ended. Another one is started.',
          );
          // Not unref'ed: with no worker left, nothing else keeps this process running.
          setTimeout(() => stopping || start(), delayBeforeReplacing(end));
        },
      });
      workers.add(worker);
    }

    function replaceSecrets(secrets: ServingSecrets): void {
      for (const worker of workers) worker.send({ kind: 'secrets', secrets });
    }

    async function stop(): Promise<void> {
      stopping = true;
      const ends = [...workers].map((worker) => worker.stop(server.drainMs + killAfterMs));
      if ((await Promise.all(ends)).includes(false)) throw new Error('A worker did not end well.');
    }

    for (let index = 0; index < count; index += 1) start();
  });
}

/** How a worker has ended. */
interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly served: boolean;
  readonly livedMs: number;
}

interface WorkerHandle {
  send(message: FromPrimary): void;
  /** @returns false: the worker had served, and failed or had to be killed */
  stop(withinMs: number): Promise<boolean>;
}

function forkWorker(
  boot: Options['boot'],
  on: {
    readonly metrics: MetricsCollector;
    readonly onReady: (url: string) => void;
    readonly onFailed: (message: string) => void;
    readonly onEnd: (end: End) => void;
  },
): WorkerHandle {
  const worker = cluster.fork();
  const startedAt = performance.now();
  let served = false;
  let metrics: WorkerMetrics | undefined;
  const send = (message: FromPrimary) => {
    if (worker.isConnected()) worker.send(message);
  };
  const receive = async (message: FromWorker): Promise<void> => {
    switch (message.kind) {
      case 'loaded':
        return send({ kind: 'boot', boot: boot() });
      case 'ready':
        served = true;
        metrics = on.metrics.add((round) => send({ kind: 'collect-metrics', round }));
        return on.onReady(message.url);
      case 'failed':
        return on.onFailed(message.message);
      case 'metrics':
        return metrics?.received(message.round, message.snapshot);
      case 'accept-pending':
        // In one turn of its loop this process accepts a connection and passes it to a worker, so the
        // connection is sent before this answer.
        await turn();
        return send({ kind: 'pending-accepted' });
    }
  };
  worker.on('message', (received) => receive(fromWorker.parse(received)));
  // A message to a worker that is about to exit fails. The exit event follows.
  worker.on('error', () => undefined);
  const ended = new Promise<boolean>((resolve) => {
    worker.once('exit', (code, signal) => {
      metrics?.exited();
      const livedMs = Math.round(performance.now() - startedAt);
      on.onEnd({ code, signal, served, livedMs });
      resolve(code === 0 || !served);
    });
  });
  return { send, stop: (withinMs) => stopWorker(worker, { send, ended, withinMs }) };
}

async function stopWorker(
  worker: Worker,
  how: {
    readonly send: WorkerHandle['send'];
    readonly ended: Promise<boolean>;
    readonly withinMs: number;
  },
): Promise<boolean> {
  how.send({ kind: 'stop' });
  const timer = setTimeout(() => worker.process.kill('SIGKILL'), how.withinMs);
  const well = await how.ended;
  clearTimeout(timer);
  return well;
}
