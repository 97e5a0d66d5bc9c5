import type { Boot } from '../../cluster/messages.ts';
import type { PrimaryConnection } from '../../cluster/worker.ts';
import { type ServingSecrets, servingConfig } from '../../config.ts';
import type { Log } from '../../logging/log.ts';
import { listen } from '../../server/listen.ts';
import { type AccountApi, createAccountApi } from '../../wire.ts';
import { openLog } from '../process/open-log.ts';

interface Start extends Omit<Boot, 'secrets' | 'profile'> {
  readonly secrets: () => ServingSecrets;
}

export interface Served {
  readonly url: string;
  /** For everything else that this process logs. */
  readonly log: Log;
  /** Resolves when everything that callers would wait for is loaded; never rejects. */
  readonly warm: Promise<void>;
  readonly measure: AccountApi['measure'];
  /** Resolves when all open requests are answered. */
  stop(): Promise<void>;
}

/** @param primary null when this process is not a worker */
export async function serve(
  { secrets, ...start }: Start,
  primary: Pick<PrimaryConnection, 'acceptPending'> | null,
): Promise<Served> {
  const log = openLog(start.config, { isShared: primary !== null });
  const serving = servingConfig(start.config, secrets);
  const { hashingKey, programId, seeded } = start;
  const api = await createAccountApi(serving, {
    log,
    hashingKey,
    programId,
    seeded,
    now: Date.now,
  });
  const accepting = primary && { acceptPending: primary.acceptPending };
  const listening = await listen(api.app, { ...serving.server, log, ...accepting });
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
