import cluster, { type Worker } from 'node:cluster';
import { setImmediate as turn } from 'node:timers/promises';
import type { ServingSecrets } from '../config.ts';
import type { Log } from '../logging/log.ts';
import { type Boot, type FromPrimary, type FromWorker, fromWorker } from './messages.ts';
import { createMeasurement, type Measured, type Measurement } from './metrics-collector.ts';

const pauseMs = 1_000;
const steadyMs = 10_000;

/**
 * How many milliseconds pass before another worker takes the place of one that has ended: one that
 * could not even start, or ended soon after, may be followed by many of its kind.
 */
export function pauseBeforeNext({
  served,
  livedMs,
}: {
  readonly served: boolean;
  readonly livedMs: number;
}): number {
  return served && livedMs >= steadyMs ? 0 : pauseMs;
}

/** The first argument of a worker: a process manager may have workers of its own. */
export const workerArgument = 'worker';

/** Kills a worker that does not end by itself after its time to drain. */
export const killAfterMs = 5_000;

interface Options {
  /** Called for each worker. */
  readonly boot: () => Boot;
  readonly log: Log;
}

export interface Workers {
  /** Where they all serve. */
  readonly url: string;
  /** The figures of those who serve or have served. */
  readonly measure: Measurement['take'];
  /** From now on these count, in every worker that runs. */
  replaceSecrets(secrets: ServingSecrets): void;
  /** Resolves when all have answered what they had begun. @throws where one did not end well */
  stop(): Promise<void>;
}

/**
 * Starts the workers of this program and keeps their number: one that ends is replaced. The workers
 * share nothing through this process, but through Redis.
 * @throws Error with the message of the first worker that cannot start, after the others have ended
 */
export function startWorkers(options: Options): Promise<Workers> {
  const { workers: count, server } = options.boot().config;
  const { log } = options;
  const places = new Set<Place>();
  const measurement = createMeasurement();
  let stopping = false;
  cluster.setupPrimary({ args: [workerArgument], serialization: 'advanced' });

  return new Promise((resolve, reject) => {
    let started = false;
    let ready = 0;

    function start(): void {
      const place = occupy(options.boot, {
        measurement,
        onReady(url) {
          ready += 1;
          if (started) log.info({ event: 'worker_replaced' }, 'A new worker serves.');
          if (started || ready < count) return;
          started = true;
          resolve({ url, measure: measurement.take, replaceSecrets, stop });
        },
        onFailed(message) {
          if (!started) reject(new Error(message));
          else
            log.error({ event: 'worker_start_failed', error: message }, 'A worker cannot start.');
        },
        onEnd(end) {
          places.delete(place);
          if (stopping) return;
          if (!started) {
            reject(new Error('A worker ended before it served.'));
            return;
          }
          log.warn(
            { event: 'worker_ended', ...end },
            'A worker has ended. Another one is started.',
          );
          // Holds the process: there may be no other worker.
          setTimeout(() => stopping || start(), pauseBeforeNext(end));
        },
      });
      places.add(place);
    }

    function replaceSecrets(secrets: ServingSecrets): void {
      for (const place of places) place.send({ kind: 'secrets', secrets });
    }

    async function stop(): Promise<void> {
      stopping = true;
      const ends = [...places].map((place) => place.stop(server.drainMs + killAfterMs));
      if ((await Promise.all(ends)).includes(false)) throw new Error('A worker did not end well.');
    }

    for (let place = 0; place < count; place += 1) start();
  });
}

/** How a worker has ended. */
interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly served: boolean;
  readonly livedMs: number;
}

interface Place {
  send(message: FromPrimary): void;
  /** @returns whether the worker ended by itself, and well, where it served at all */
  stop(withinMs: number): Promise<boolean>;
}

function occupy(
  boot: Options['boot'],
  on: {
    readonly measurement: Measurement;
    readonly onReady: (url: string) => void;
    readonly onFailed: (message: string) => void;
    readonly onEnd: (end: End) => void;
  },
): Place {
  const worker = cluster.fork();
  const startedAt = performance.now();
  let served = false;
  let measured: Measured | undefined;
  const send = (message: FromPrimary) => {
    if (worker.isConnected()) worker.send(message);
  };
  const receive = async (message: FromWorker): Promise<void> => {
    switch (message.kind) {
      case 'loaded':
        return send({ kind: 'boot', boot: boot() });
      case 'ready':
        served = true;
        measured = on.measurement.join((round) => send({ kind: 'measure', round }));
        return on.onReady(message.url);
      case 'failed':
        return on.onFailed(message.message);
      case 'measured':
        return measured?.answered(message.round, message.figures);
      case 'accept-pending':
        // A turn accepts a connection, and hands it to a worker before this answer.
        await turn();
        return send({ kind: 'pending-accepted' });
    }
  };
  worker.on('message', (received) => receive(fromWorker.parse(received)));
  // Of a message to a worker that is just ending, which its exit says as well.
  worker.on('error', () => undefined);
  const ended = new Promise<boolean>((resolve) => {
    worker.once('exit', (code, signal) => {
      measured?.ended();
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
    readonly send: Place['send'];
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
