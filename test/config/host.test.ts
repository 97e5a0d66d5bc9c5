import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';

const okta = {
  OKTA_ISSUER: 'https://acme.okta.com/oauth2/default',
  OKTA_CLIENT_ID: '0oa1',
  OKTA_CLIENT_SECRET: 'a-client-secret',
  OKTA_API_TOKEN: 'an-api-token',
};
const production = {
  ...okta,
  NODE_ENV: 'production',
  SEALING_KEY: Buffer.alloc(32, 7).toString('base64'),
};

function problemsOf(env: Record<string, string>) {
  const parsed = parseConfig(env);
  return parsed.ok ? [] : parsed.problems;
}

test.each(['0.0.0.0', '::', '192.168.1.7', 'shop.internal', '127.0.0.1.nip.io'])(
  'outside production no other machine may call: HOST=%s',
  (HOST) => {
    for (const env of [{ HOST }, { ...okta, HOST }, { NODE_ENV: 'test', HOST }]) {
      expect(problemsOf(env)).toEqual([
        {
          variable: 'HOST',
          problem:
            'Outside production GraphiQL and introspection are open, so this machine alone may call.',
          fix: 'Remove it, or set NODE_ENV=production; in a container whose ports are published to one machine alone, EXPOSE_DEVELOPMENT=true.',
        },
      ]);
    }
  },
);

test.each(['127.0.0.1', '127.0.0.2', 'localhost', '::1'])('this machine may: HOST=%s', (HOST) => {
  expect(problemsOf({ HOST })).toEqual([]);
});

test.each(['0.0.0.0', '::', '10.0.0.1'])('in production everyone may: HOST=%s', (HOST) => {
  expect(problemsOf({ ...production, HOST })).toEqual([]);
});

test.each(['0.0.0.0', '::'])('with EXPOSE_DEVELOPMENT a container may: HOST=%s', (HOST) => {
  const EXPOSE_DEVELOPMENT = 'true';
  for (const env of [{ HOST }, { ...okta, HOST }]) {
    const parsed = parseConfig({ ...env, EXPOSE_DEVELOPMENT });
    expect(parsed).toMatchObject({ ok: true, config: { exposeDevelopment: true } });
  }
});

test('it opens nothing on an address of several, of this machine, or in production', () => {
  const EXPOSE_DEVELOPMENT = 'true';
  expect(problemsOf({ HOST: '192.168.1.7', EXPOSE_DEVELOPMENT })).toMatchObject([
    { variable: 'HOST', fix: 'Use 0.0.0.0 or ::.' },
  ]);
  expect(parseConfig({ EXPOSE_DEVELOPMENT })).toMatchObject({
    ok: true,
    config: { exposeDevelopment: false },
  });
  expect(problemsOf({ ...production, EXPOSE_DEVELOPMENT })).toMatchObject([
    { variable: 'EXPOSE_DEVELOPMENT', fix: 'Remove it.' },
  ]);
});
