import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { defaultSecrets, withDefaults } from '../../src/cli/environment/default-secrets.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { servingConfig } from '../../src/config.ts';

const keyOf = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const okta = {
  OKTA_ISSUER: 'https://acme.okta.com/oauth2/default',
  OKTA_CLIENT_ID: '0oa1',
  OKTA_CLIENT_SECRET: 'canary-client-secret',
  OKTA_API_TOKEN: 'canary-api-token',
  OKTA_HOOK_SECRET: 'canary-hook-secret',
  SERVICE_CLIENTS: 'orders:canary-service-secret',
  SEALING_KEY: keyOf(7),
  REDIS_URL: 'redis://user:canary-redis-password@localhost',
};

function read(env: Record<string, string>) {
  const parsed = parseConfig(env);
  if (!parsed.ok) expect.fail(JSON.stringify(parsed.problems));
  return parsed;
}

function problemsOf(env: Record<string, string>) {
  const parsed = parseConfig(env);
  return parsed.ok ? [] : parsed.problems;
}

test('a configuration that is printed, logged or copied into text shows no secret', () => {
  const { config, secrets } = read(okta);
  if (config.okta === null || secrets.okta === null) expect.fail('There are Okta settings.');
  const all = withDefaults(secrets, defaultSecrets(secrets.okta));
  const serving = servingConfig({ ...config, okta: config.okta }, () => all);
  expect(serving.okta.management()).toEqual({ method: 'ssws', apiToken: 'canary-api-token' });
  for (const printed of [config, serving, { ...serving.okta }]) {
    const options = { depth: null, showHidden: true, getters: true, maxStringLength: null };
    const text = inspect(printed, options) + JSON.stringify(printed) + String(printed);
    expect(text).not.toMatch(/canary/);
    expect(text).not.toContain(inspect(all.sealingKeys[0]));
    expect(text).not.toContain(JSON.stringify(all.sealingKeys[0]));
  }
});

test('a sealing key is one, or the new one and the one before it', () => {
  const [first, second] = [new Uint8Array(32).fill(7), new Uint8Array(32).fill(8)];
  expect(read({ SEALING_KEY: keyOf(7) }).secrets.sealingKeys).toEqual([first]);
  const both = `${keyOf(7)}, ${keyOf(8)}`;
  expect(read({ SEALING_KEY: both }).secrets.sealingKeys).toEqual([first, second]);
});

test.each([
  [`${keyOf(7)},canary`, 'Its entry 2 is not 32 bytes in base64.'],
  [[7, 8, 9].map(keyOf).join(), 'It holds more than two keys.'],
])('another number of keys, or no keys, are reported without them: %#', (SEALING_KEY, problem) => {
  const problems = problemsOf({ SEALING_KEY });
  expect(problems).toMatchObject([{ variable: 'SEALING_KEY', problem }]);
  for (const entry of SEALING_KEY.split(',')) {
    expect(JSON.stringify(problems)).not.toContain(entry);
  }
});

test('with nothing set there is no secret', () => {
  expect(read({}).secrets).toEqual({
    okta: null,
    serviceClients: [],
    hookSecrets: [],
    redis: null,
    sealingKeys: null,
  });
});

test('services may have colons in a secret, and two secrets for one id', () => {
  const { config, secrets } = read({
    SERVICE_CLIENTS: 'orders:a:b, orders:c',
    SERVICE_SCOPE: 'x',
  });
  expect(config.services.scope).toBe('x');
  expect(secrets.serviceClients).toEqual([
    { id: 'orders', secret: 'a:b' },
    { id: 'orders', secret: 'c' },
  ]);
});
