import type { Boot } from '../cluster/primary-api.ts';
import type { WorkerShare } from '../cluster/worker-client.ts';
import { type ServingSecrets, servingConfig } from '../config.ts';
import type { Log } from '../logging/log.ts';
import { listen } from '../server/listen.ts';
import { type AccountApi, createAccountApi } from '../wire.ts';
import { openLog } from './open-log.ts';

interface Start extends Omit<Boot, 'secrets'> {
  readonly secrets: () => ServingSecrets;
}

export interface Served {
  readonly url: string;
  /** For everything else that this process logs. */
  readonly log: Log;
  /** Resolves when callers need not wait for what is loaded first; never rejects. */
  readonly warm: Promise<void>;
  readonly measure: AccountApi['measure'];
  /** Resolves when everything that had begun is answered. */
  stop(): Promise<void>;
}

/** In this process, alone or as one of several workers. */
export async function serve(
  { config, secrets, hashingKey, seeded }: Start,
  workers: WorkerShare | null,
): Promise<Served> {
  const log = openLog(config, { isShared: workers !== null });
  const serving = servingConfig(config, secrets);
  const api = await createAccountApi(serving, {
    log,
    hashingKey,
    seeded,
    workers,
    now: Date.now,
  });
  const line = workers && { lookOut: workers.lookOut };
  const listening = await listen(api.app, { ...config.server, log, ...line });
  return {
    url: listening.url,
    log,
    warm: api.warmUp(),
    measure: api.measure,
    async stop() {
      await listening.close();
      await api.close();
    },
  };
}
