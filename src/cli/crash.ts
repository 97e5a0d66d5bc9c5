import process from 'node:process';
import type { Logger } from 'pino';
import { describe } from '../server/observability/logger.ts';

/** More than what has begun has: what has failed may wait for itself. */
const graceMs = 1_000;

interface Options {
  readonly log: Logger;
  readonly stop: () => Promise<void>;
  /** How long `stop` may take. */
  readonly drainMs: number;
}

/**
 * What nobody catches ends the process, since nothing is sure to be as it should any more; what has
 * begun is answered first. A rejection that nobody handles comes here as well. One line however many
 * follow, and without the message, which may quote what a caller sent.
 */
export function stopOnCrash({ log, stop, drainMs }: Options): void {
  let crashed = false;
  process.on('uncaughtException', (error, origin) => {
    if (crashed) return;
    crashed = true;
    log.fatal({ error: describe(error), origin }, 'the process has failed and ends');
    process.exitCode = 1;
    const end = () => process.exit();
    setTimeout(end, drainMs + graceMs).unref();
    stop().then(end, end);
  });
}
