import process from 'node:process';
import { isatty } from 'node:tty';
import type { Config } from '../../config.ts';
import type { Log } from '../../logging/log.ts';
import { createLogger, standardOutput } from '../../server/observability/logger.ts';

/**
 * The log of this process: text for a person where a developer's terminal shows it, and otherwise
 * JSON. Called once in a process.
 * @param isShared whether another process of this program writes to the same output
 */
export function openLog(
  { production, server }: Pick<Config, 'production' | 'server'>,
  { isShared }: { readonly isShared: boolean },
): Log {
  const isTerminal = !production && isatty(1);
  const terminal = isTerminal ? { hasColors: process.stdout.hasColors() } : null;
  return createLogger(server.logLevel, standardOutput({ isShared, terminal }));
}
