import type { Config } from '../config.ts';
import type { Settings } from './settings.ts';

/** How many callers may be connected at a time, and for how long with nothing to ask. */
export function readConnections(settings: Settings): Config['server']['connections'] {
  return {
    max: settings.integer('MAX_CONNECTIONS', { fallback: 5_000, min: 10, max: 100_000 }),
    keepAliveSeconds: settings.integer('KEEP_ALIVE_SECONDS', { fallback: 5, min: 1, max: 600 }),
  };
}
