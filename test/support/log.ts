import type { Config } from '../../src/config.ts';
import type { Log } from '../../src/logging/log.ts';
import { createLogger } from '../../src/server/observability/logger.ts';

export interface CaughtLog {
  readonly log: Log;
  /** As they were written, without their ends; new ones come to stand here. */
  readonly lines: readonly string[];
  entries(): Record<string, unknown>[];
}

/** The API's log, kept from the output for a test to read. */
export function catchLog(level: Config['server']['logLevel'] = 'debug'): CaughtLog {
  const lines: string[] = [];
  return {
    log: createLogger(level, { write: (line) => lines.push(line.trimEnd()) }),
    lines,
    entries: () => lines.map((line) => JSON.parse(line)),
  };
}
