import process from 'node:process';
import type { Boot } from '../cluster/messages.ts';
import { startWorkers } from '../cluster/primary.ts';
import { connectPrimary } from '../cluster/worker.ts';
import type { ServingSecrets } from '../config.ts';
import { stopOnCrash } from './crash.ts';
import { messageOf } from './fail.ts';
import { withMetrics } from './metrics.ts';
import { openLog } from './open-log.ts';
import type { Served } from './serve.ts';
import { stopOnSignals } from './signals.ts';

export interface Serving extends Omit<Served, 'measure'> {
  /** From now on these count: what has begun goes on with those before. */
  replaceSecrets(secrets: ServingSecrets): void;
}

export async function serveAlone(boot: Boot): Promise<Serving> {
  const serve = await loadServe();
  let { secrets } = boot;
  const { measure, ...served } = await serve({ ...boot, secrets: () => secrets }, null);
  const serving = {
    ...served,
    replaceSecrets(next: ServingSecrets) {
      secrets = next;
    },
  };
  return withMetrics(serving, boot.config.metrics, async () =>
    measure === null ? [] : [await measure()],
  );
}

/** In workers that this process keeps; they are warm when they are there. */
export async function serveByWorkers(first: Boot): Promise<Serving> {
  const { config } = first;
  let boot = first;
  const log = openLog(config, { isShared: true });
  const { measure, ...workers } = await startWorkers({ boot: () => boot, log });
  const serving = {
    ...workers,
    log,
    replaceSecrets(secrets: ServingSecrets) {
      boot = { ...boot, secrets };
      workers.replaceSecrets(secrets);
    },
    warm: Promise.resolve(),
  };
  return withMetrics(serving, config.metrics, measure);
}

/** Runs this process as one of the workers. The primary reports a failure at the start. */
export async function serveAsWorker(): Promise<void> {
  // Nobody waits for an answer of a worker that does not serve yet.
  let stop = (): void => process.exit(0);
  let replaced: ServingSecrets | null = null;
  let measure: Served['measure'] = null;
  const primary = connectPrimary({
    onStop: () => stop(),
    onSecrets(secrets) {
      replaced = secrets;
    },
    onMeasure(round) {
      // Who does not answer is counted as it was before.
      const given = measure?.().then((figures) => primary.measured(round, figures));
      given?.catch(() => undefined);
    },
  });
  // Ignored here: the primary reads the secrets and passes them on. A signal to the process group
  // reaches the workers too.
  process.on('SIGHUP', () => undefined);
  try {
    const serve = await loadServe();
    const boot = await primary.boot();
    const secrets = () => replaced ?? boot.secrets;
    const served = await serve({ ...boot, secrets }, primary);
    const begin = stopOnSignals(served.stop);
    stop = () => begin('PRIMARY');
    const { drainMs } = boot.config.server;
    stopOnCrash({ log: served.log, stop: served.stop, drainMs });
    measure = served.measure;
    await served.warm;
    await primary.ready(served.url);
  } catch (error) {
    await primary.failed(messageOf(error));
    process.exit(1);
  }
}

/** The primary serves nothing, so it need not load what serves. */
async function loadServe() {
  const { serve } = await import('./serve.ts');
  return serve;
}
