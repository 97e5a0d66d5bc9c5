import process from 'node:process';
import type { Logger } from 'pino';
import { describe } from '../server/logging.ts';

/**
 * What nobody catches ends the process, since nothing is sure to be as it should any more; what has
 * begun is answered first. A rejection that nobody handles comes here as well. One line however many
 * follow, and without the message, which may quote what a caller sent.
 */
export function stopOnCrash(log: Logger, stop: () => Promise<void>): void {
  let crashed = false;
  process.on('uncaughtException', (error, origin) => {
    if (crashed) return;
    crashed = true;
    log.fatal({ error: describe(error), origin }, 'the process has failed and ends');
    process.exitCode = 1;
    const end = () => process.exit();
    stop().then(end, end);
  });
}
