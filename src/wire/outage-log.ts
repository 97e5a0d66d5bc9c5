import type { Log, LogEvent } from '../logging/log.ts';
import { describe } from '../server/observability/logger.ts';

type LogLine = readonly [event: LogEvent, msg: string];

/** Logs `lost` when a shared store stops working, and `restored` when it works again. */
export function logOutage(
  log: Log,
  { lost, restored }: Readonly<Record<'lost' | 'restored', LogLine>>,
): (working: boolean, error: unknown) => void {
  return (working, error) => {
    const [event, msg] = working ? restored : lost;
    if (working) log.info({ event }, msg);
    else log.warn({ event, error: describe(error) }, msg);
  };
}
