import process from 'node:process';
import type { Boot } from '../../cluster/messages.ts';
import type { Log } from '../../logging/log.ts';
import { readVersion } from '../../wire/version.ts';
import type { StopReason } from './signals.ts';

/** The two lines of a program's life in the log: what has started, and how it has stopped. */
export function lifeLines(
  { config, secrets }: Boot,
  { log, url }: { readonly log: Log; readonly url: string },
) {
  return {
    async started(): Promise<void> {
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
    /** @returns writes the line: call it when everything has ended */
    stopping(reason: StopReason | 'CRASH'): () => void {
      const since = performance.now();
      return () => {
        const drainMs = Math.round(performance.now() - since);
        log.info({ event: 'stopped', reason, drainMs }, 'The account API has stopped.');
      };
    },
  };
}
