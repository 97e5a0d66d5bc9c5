import type { Logger } from 'pino';
import { describe } from '../server/observability/logger.ts';

/** Logs these texts when a shared store stops working, and when it works again. */
export function noticeOf(
  log: Logger,
  { lost, found }: Readonly<Record<'lost' | 'found', string>>,
): (working: boolean, error: unknown) => void {
  return (working, error) => {
    if (working) log.info(found);
    else log.warn({ error: describe(error) }, lost);
  };
}
