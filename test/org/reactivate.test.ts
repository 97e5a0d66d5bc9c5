import { expect, onTestFinished, test } from 'vitest';
import { createAdminApi } from '../../src/org/admin-api.ts';
import { describeOrg } from '../../src/org/description.ts';
import { reconcile } from '../../src/org/plan.ts';
import { resourcesOf } from '../../src/org/resources.ts';
import { startOkta } from '../embedded/start.ts';

/** Of 2,048 bits: nobody signs with it. */
const key = {
  kty: 'RSA',
  kid: 'one',
  n: Buffer.alloc(256, 0xa5).toString('base64url'),
  e: 'AQAB',
} as const;

test('what somebody has deactivated is active again after the next run, and then nothing differs', async () => {
  const okta = await startOkta({ empty: true });
  onTestFinished(() => okta.close());
  const api = createAdminApi({ orgUrl: okta.url, token: okta.seeded.apiToken, timeoutMs: 5_000 });
  const description = describeOrg({
    engine: 'identity',
    logInFlow: 'password',
    prefix: '',
    scopes: ['openid', 'offline_access'],
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
  const keys = { customerApp: key, serviceApp: { ...key, kid: 'two' } };
  const resources = resourcesOf(description, { issuer: okta.url, keys, hookSecret: 'secret' });
  const { ids } = await reconcile(resources, api, { apply: true });

  const at = (name: string) => ids.get(name) ?? '';
  const server = `/api/v1/authorizationServers/${at('authorizationServer')}`;
  const paths = [
    `/api/v1/apps/${at('customerApp')}`,
    `/api/v1/policies/${at('passwordPolicy')}/rules/${at('passwordPolicy.rule')}`,
    `/api/v1/policies/${at('passwordPolicy')}`,
    `/api/v1/policies/${at('signInPolicy')}/rules/${at('signInPolicy.rule')}`,
    `${server}/policies/${at('accessPolicy')}/rules/${at('accessPolicy.rule')}`,
    `${server}/policies/${at('accessPolicy')}`,
    `/api/v1/zones/${at('trustedProxy')}`,
    server,
  ];
  for (const path of paths) await api.send('POST', `${path}/lifecycle/deactivate`);
  const { steps } = await reconcile(resources, api, { apply: true });
  expect(steps.filter(({ action }) => action === 'change')).toHaveLength(paths.length);
  for (const path of paths) expect(await api.get(path), path).toMatchObject({ status: 'ACTIVE' });
  const again = await reconcile(resources, api, { apply: false });
  expect(again.steps.filter(({ action }) => action !== 'keep')).toEqual([]);
});
