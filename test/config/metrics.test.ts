import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';

const metricsOf = (env: Record<string, string>) => {
  const parsed = parseConfig(env);
  return parsed.ok ? parsed.config.metrics : parsed.problems.map(({ variable }) => variable);
};

test('there are no metrics unless they have a port', () => {
  expect(metricsOf({})).toBeNull();
  expect(metricsOf({ METRICS_HOST: '127.0.0.1' })).toBeNull();
});

test('they are where the API is, or at a separate host', () => {
  expect(metricsOf({ METRICS_PORT: '9464' })).toEqual({ host: '127.0.0.1', port: 9464 });
  const env = { METRICS_PORT: '0', METRICS_HOST: '10.0.0.7', HOST: '::1' };
  expect(metricsOf(env)).toEqual({ host: '10.0.0.7', port: 0 });
});

test.each(['-1', '65536', 'x', '4000'])('METRICS_PORT=%s is refused', (port) => {
  expect(metricsOf({ METRICS_PORT: port, PORT: '4000' })).toEqual(['METRICS_PORT']);
});
