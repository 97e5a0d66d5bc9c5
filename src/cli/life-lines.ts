import process from 'node:process';
import type { Logger } from 'pino';
import type { Boot } from '../cluster/primary-api.ts';
import { readVersion } from '../wire/telemetry.ts';
import type { StopReason } from './signals.ts';

/** The two lines of a program's life in the log: what has started, and how it has stopped. */
export function lifeLines(
  { config, secrets }: Boot,
  { log, url }: { readonly log: Logger; readonly url: string },
) {
  return {
    async started(): Promise<void> {
      const { okta, workers } = config;
      const line = {
        url,
        version: await readVersion(),
        node: process.version,
        issuer: okta.issuer,
        logInFlow: okta.logInFlow,
        workers,
        redis: secrets.redisUrl !== null,
      };
      log.info(line, 'the account API has started');
    },
    /** @returns writes the line: call it when everything has ended */
    stopping(reason: StopReason | 'CRASH'): () => void {
      const since = performance.now();
      return () => {
        const drainMs = Math.round(performance.now() - since);
        log.info({ reason, drainMs }, 'the account API has stopped');
      };
    },
  };
}
