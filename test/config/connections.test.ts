import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';

const connectionsOf = (env: Record<string, string>) => {
  const parsed = parseConfig(env);
  return parsed.ok ? parsed.config.server.connections : parsed.problems;
};

test('5,000 connections are kept alive for 5 seconds unless configured otherwise', () => {
  expect(connectionsOf({})).toEqual({ max: 5_000, keepAliveSeconds: 5 });
  expect(connectionsOf({ MAX_CONNECTIONS: '10', KEEP_ALIVE_SECONDS: '75' })).toEqual({
    max: 10,
    keepAliveSeconds: 75,
  });
});

test.each([
  ['MAX_CONNECTIONS', '9'],
  ['MAX_CONNECTIONS', 'unlimited'],
  ['KEEP_ALIVE_SECONDS', '0'],
  ['KEEP_ALIVE_SECONDS', '601'],
])('%s=%s is refused', (variable, value) => {
  expect(connectionsOf({ [variable]: value })).toMatchObject([{ variable }]);
});
