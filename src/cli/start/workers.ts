import process from 'node:process';
import type { Boot } from '../../cluster/messages.ts';
import { startWorkers } from '../../cluster/primary.ts';
import { connectPrimary } from '../../cluster/worker.ts';
import type { ServingSecrets } from '../../config.ts';
import { stopOnCrash } from '../process/crash.ts';
import { messageOf } from '../process/fail.ts';
import { openLog } from '../process/open-log.ts';
import { stopOnSignals } from '../process/signals.ts';
import { withMetrics } from './metrics.ts';
import type { Served } from './serve.ts';

export interface Serving extends Omit<Served, 'measure'> {
  /** New requests use these secrets; those in flight finish with the previous ones. */
  replaceSecrets(secrets: ServingSecrets): void;
}

/** Serves in this process alone. */
export async function serveAlone(boot: Boot): Promise<Serving> {
  const serve = await loadServe(boot);
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

/** Serves in several workers, of which this process is the primary. They are warm when this resolves. */
export async function serveByWorkers(first: Boot): Promise<Serving> {
  const { config } = first;
  let boot = first;
  const log = openLog(config, { isShared: true });
  const { collectMetrics, ...workers } = await startWorkers({ boot: () => boot, log });
  const serving = {
    ...workers,
    log,
    replaceSecrets(replaced: ServingSecrets) {
      // A changed REDIS_URL needs a restart: until then a new worker must use the Redis of the others.
      const secrets = { ...replaced, redis: first.secrets.redis };
      boot = { ...boot, secrets };
      workers.replaceSecrets(secrets);
    },
    warm: Promise.resolve(),
  };
  return withMetrics(serving, config.metrics, collectMetrics);
}

/** Runs this process as a worker. When it cannot start, the primary says why. */
export async function serveAsWorker(): Promise<void> {
  // Until the worker serves there are no requests to finish.
  let stop = (): void => process.exit(0);
  let replaced: ServingSecrets | null = null;
  let measure: Served['measure'] = null;
  const primary = connectPrimary({
    onStop: () => stop(),
    onSecrets(secrets) {
      replaced = secrets;
    },
    onCollectMetrics(round) {
      const sent = measure?.().then((snapshot) => primary.sendMetrics(round, snapshot));
      // Without an answer the primary counts this worker's last metrics.
      sent?.catch(() => undefined);
    },
  });
  // A signal to the process group reaches workers too. The primary reads the secrets and sends them.
  process.on('SIGHUP', () => undefined);
  try {
    const boot = await primary.boot();
    const serve = await loadServe(boot);
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

/** Loaded on demand: the primary serves no requests and stays small without it. */
async function loadServe({ profile }: Boot) {
  const { useProfileSchema } = await import('../../graphql/account/profile-schema.ts');
  useProfileSchema(profile);
  const { serve } = await import('./serve.ts');
  return serve;
}
