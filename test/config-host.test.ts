import { expect, test } from 'vitest';
import { parseConfig } from '../src/config/parse.ts';

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
  'outside production nobody on the network may call: HOST=%s',
  (HOST) => {
    for (const env of [{ HOST }, { ...okta, HOST }, { NODE_ENV: 'test', HOST }]) {
      expect(problemsOf(env)).toEqual([
        {
          variable: 'HOST',
          problem:
            'Outside production GraphiQL and introspection are open, so this machine alone may call.',
          fix: 'Remove it, or set NODE_ENV=production.',
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
