import cluster, { type Worker } from 'node:cluster';
import { setImmediate as turn } from 'node:timers/promises';
import type { ServingSecrets } from '../config.ts';
import type { Log } from '../logging/log.ts';
import { type FromPrimary, type Request, request } from './messages.ts';
import { createMeasurement, type Measured, type Measurement } from './metrics-collector.ts';
import type { Boot, PrimaryCalls } from './primary-api.ts';
import { createKeeper, type Kept } from './worker-session.ts';

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
  /** Asked for each worker. */
  readonly boot: () => Boot;
  readonly kept: Kept;
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
 * Starts the workers of this program and keeps their number: one that ends is replaced.
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
      const place = occupy(options, {
        measurement,
        siblings: () => [...places].filter((other) => other !== place),
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
  { boot, kept }: Options,
  on: {
    readonly measurement: Measurement;
    readonly siblings: () => readonly Place[];
    readonly onReady: (url: string) => void;
    readonly onFailed: (message: string) => void;
    readonly onEnd: (end: End) => void;
  },
): Place {
  const worker = cluster.fork();
  const startedAt = performance.now();
  const keeper = createKeeper(kept, (events) => {
    for (const sibling of on.siblings()) sibling.send({ kind: 'events', events });
  });
  let served = false;
  let measured: Measured | undefined;
  const calls: PrimaryCalls = {
    ...keeper.calls,
    boot: async () => boot(),
    async ready(url) {
      served = true;
      measured = on.measurement.join((round) => send({ kind: 'measure', round }));
      on.onReady(url);
    },
    failed: async (message) => on.onFailed(message),
    // Each turn takes a connection out of the system's line, and hands it over before this answer.
    lookOut: () => turn(),
    measured: async (round, figures) => measured?.answered(round, figures),
  };
  const send = (message: FromPrimary) => {
    if (worker.isConnected()) worker.send(message);
  };
  worker.on('message', (received) => answer(calls, request.parse(received)).then(send));
  // Of a message to a worker that is just ending, which its exit says as well.
  worker.on('error', () => undefined);
  const ended = new Promise<boolean>((resolve) => {
    worker.once('exit', (code, signal) => {
      // The claims of the worker go to the others, who look again within moments.
      void keeper.release();
      measured?.ended();
      const livedMs = Math.round(performance.now() - startedAt);
      on.onEnd({ code, signal, served, livedMs });
      resolve(code === 0 || !served);
    });
  });
  return { send, stop: (withinMs) => stopWorker(worker, { send, ended, withinMs }) };
}

async function answer(calls: PrimaryCalls, { id, method, args }: Request): Promise<FromPrimary> {
  try {
    if (!isMethod(calls, method)) throw new Error(`There is no call ${method}.`);
    return { kind: 'answer', id, value: await Reflect.apply(calls[method], calls, args) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'refusal', id, message };
  }
}

function isMethod(calls: PrimaryCalls, method: string): method is keyof PrimaryCalls {
  return Object.hasOwn(calls, method);
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
