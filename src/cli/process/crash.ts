import process from 'node:process';
import type { Log } from '../../logging/log.ts';
import { describe } from '../../server/observability/logger.ts';

/** In addition to the drain time: the failed request itself may never end. */
const graceMs = 1_000;

interface Options {
  readonly log: Log;
  readonly stop: () => Promise<void>;
  /** How long `stop` may take. */
  readonly drainMs: number;
}

/**
 * An uncaught exception or an unhandled rejection ends the process, since its state can no longer be
 * trusted. Requests in flight are answered first. It is logged as one line, however many follow, and
 * without the message, which may quote what a caller sent.
 */
export function stopOnCrash({ log, stop, drainMs }: Options): void {
  let crashed = false;
  process.on('uncaughtException', (error, origin) => {
    if (crashed) return;
    crashed = true;
    const line = { event: 'process_failed', error: describe(error), origin } as const;
    log.fatal(line, 'An uncaught error ends this process.');
    process.exitCode = 1;
    const end = () => process.exit();
    setTimeout(end, drainMs + graceMs).unref();
    stop().then(end, end);
  });
}
