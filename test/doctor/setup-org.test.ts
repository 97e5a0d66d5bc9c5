import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { checks } from '../../src/doctor/checks.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { createAdminApi } from '../../src/org/admin-api.ts';
import { describeOrg } from '../../src/org/description.ts';
import type { Engine } from '../../src/org/engine.ts';
import { reconcile } from '../../src/org/plan.ts';
import { resourcesOf } from '../../src/org/resources.ts';
import { startOkta } from '../embedded/start.ts';
import { examineOn } from './examine.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const keyId = 'set-up';
const { n = '', e = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
const publicKey = { kty: 'RSA', kid: keyId, n, e } as const;

/** Two stages, one of each flow, share an org. */
let orgs: Readonly<Record<Engine, EmbeddedOkta>>;
beforeAll(async () => {
  orgs = {
    identity: await startOkta({ engine: 'identity', empty: true }),
    classic: await startOkta({ engine: 'classic', empty: true }),
  };
}, 60_000);

test.each<[Engine, 'password' | 'authn']>([
  ['identity', 'password'],
  ['identity', 'authn'],
  ['classic', 'password'],
  ['classic', 'authn'],
])('nothing is wrong with an org that setup made: %s, %s', async (engine, logInFlow) => {
  const org = orgs[engine];
  const scopes = ['openid', 'profile', 'email', 'offline_access'];
  const description = describeOrg({
    engine,
    logInFlow,
    prefix: `${logInFlow} `,
    scopes,
    serviceScope: 'accounts.read',
    redirectUri: null,
    refreshGraceSeconds: 30,
    readsSystemLog: false,
    hookUrl: null,
    changesEmail: false,
    keepsMails: false,
    shopUrl: null,
    egress: ['203.0.113.7/32'],
  });
  const keys = { customerApp: publicKey, serviceApp: publicKey };
  const api = createAdminApi({ orgUrl: org.url, token: org.seeded.apiToken, timeoutMs: 10_000 });
  const { ids } = await reconcile(
    resourcesOf(description, { issuer: org.url, keys, hookSecret: '' }),
    api,
    {
      apply: true,
    },
  );
  const id = (key: string) => ids.get(key) ?? '';
  const key = { privateKeyPem, keyId };
  const examined = await examineOn(org, {
    okta: {
      issuer: `${org.url}/oauth2/${id('authorizationServer')}`,
      audience: description.authorizationServer.audience,
      clientId: id('customerApp'),
      acceptedClientIds: [id('customerApp')],
      signUpGroupIds: [id('group')],
      redirectUri: description.customerApp.redirectUri,
      logInFlow,
      scopes,
    },
    secrets: {
      okta: {
        clientAuthentication: { method: 'private_key_jwt', ...key },
        management: { method: 'service_app', clientId: id('serviceApp'), ...key },
      },
    },
  });
  expect(examined.flatMap(({ findings }) => findings)).toEqual([]);
  expect(examined.filter(({ notLooked }) => notLooked !== null)).toEqual([]);
  expect(examined.length).toBe(checks.filter(({ live }) => live !== true).length);
});
