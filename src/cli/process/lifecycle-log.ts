import process from 'node:process';
import type { Boot } from '../../cluster/messages.ts';
import type { Log } from '../../logging/log.ts';
import { readVersion } from '../../wire/version.ts';
import type { StopReason } from './signals.ts';

/** Logs the start and the stop of the program. */
export interface LifecycleLog {
  started(): Promise<void>;
  /** Begins to measure the drain. @returns a function that writes the line; call it after the drain */
  stopping(reason: StopReason | 'CRASH'): () => void;
}

export function lifecycleLog(
  { config, secrets }: Boot,
  { log, url }: { readonly log: Log; readonly url: string },
): LifecycleLog {
  return {
    async started() {
      const { okta, workers } = config;
      const line = {
        event: 'started',
        url,
        version: await readVersion(),
        node: process.version,
        issuer: okta.issuer,
        logInFlow: okta.logInFlow,
        workers,
        redis: secrets.redis !== null,
      } as const;
      log.info(line, 'The account API has started.');
    },
    stopping(reason) {
      const since = performance.now();
      return () => {
        const drainMs = Math.round(performance.now() - since);
        log.info({ event: 'stopped', reason, drainMs }, 'The account API has stopped.');
      };
    },
  };
}
