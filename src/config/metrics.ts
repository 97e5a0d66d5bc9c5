import type { Config } from '../config.ts';
import type { Settings } from './settings.ts';

/** @param server its host is the default, and its port is not available */
export function readMetrics(
  settings: Settings,
  server: Pick<Config['server'], 'host' | 'port'>,
): Config['metrics'] {
  if (settings.text('METRICS_PORT') === null) return null;
  const port = settings.integer('METRICS_PORT', { fallback: 9464, min: 0, max: 65_535 });
  if (port === server.port && port !== 0) {
    settings.report(
      'METRICS_PORT',
      'It is the port of the API itself, which is open to all callers.',
      'Use another one than PORT.',
    );
  }
  return { host: settings.text('METRICS_HOST') ?? server.host, port };
}
