import { beforeAll, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { type AdminApi, createAdminApi } from '../../src/org/admin-api.ts';
import { describeOrg } from '../../src/org/description.ts';
import { reconcile } from '../../src/org/plan.ts';
import { mails } from '../../src/org/resources/mails.ts';
import { startOkta } from '../embedded/start.ts';

let org: EmbeddedOkta;
let api: AdminApi;
beforeAll(async () => {
  org = await startOkta({ empty: true });
  api = createAdminApi({ orgUrl: org.url, token: org.seeded.apiToken, timeoutMs: 10_000 });
});

const resources = (shopUrl: string | null) =>
  mails(
    describeOrg({
      engine: 'identity',
      logInFlow: 'password',
      prefix: '',
      scopes: ['openid'],
      serviceScope: 'accounts.read',
      redirectUri: null,
      refreshGraceSeconds: 30,
      readsSystemLog: false,
      hookUrl: null,
      changesEmail: false,
      keepsMails: false,
      shopUrl,
      egress: [],
    }),
  );

const actions = async (shopUrl: string | null) =>
  (await reconcile(resources(shopUrl), api, { apply: true })).steps.map(({ action }) => action);

async function forgotPassword() {
  const [brand] = await api.list('/api/v1/brands');
  const path = `/api/v1/brands/${brand?.['id']}/templates/email/ForgotPassword/customizations`;
  const [mail = {}] = await api.list(path);
  return { path: `${path}/${mail['id']}`, mail };
}

test('mails that Okta does not allow to change are left out, and the others are made', async () => {
  const undo = org.fail({
    method: 'POST',
    path: /ForgotPassword/,
    fault: {
      kind: 'answer',
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: '{"errorCode":"E0000006","errorSummary":"You do not have permission","errorCauses":[]}',
    },
  });
  expect(await actions(null)).toEqual(['forbidden', 'create', 'create', 'create']);
  undo();
  expect(await actions(null)).toEqual(['create', 'keep', 'keep', 'keep']);
});

test('mails get a code, then the pages of a shop, and stay as somebody else has written them', async () => {
  expect((await forgotPassword()).mail['body']).toContain('<strong>$' + '{recoveryToken}</strong>');
  // The last mail has no link.
  const changed = ['change', 'change', 'change', 'keep'];
  expect(await actions('https://shop.example.com')).toEqual(changed);
  expect(await actions('https://shop.example.com')).toEqual(Array(4).fill('keep'));
  expect((await forgotPassword()).mail['body']).toContain(
    'href="https://shop.example.com/reset-password?token=$' + '{recoveryToken}"',
  );
  // Without --shop a later run keeps them.
  expect(await actions(null)).toEqual(Array(4).fill('keep'));
  expect(await actions('https://example.com/de')).toEqual(changed);

  const { path, mail } = await forgotPassword();
  const { subject, language, isDefault } = mail;
  const body = 'Our own: $' + '{resetPasswordLink}';
  await api.send('PUT', path, { subject, language, isDefault, body });
  expect(await actions('https://shop.example.com')).toEqual(['keep', 'change', 'change', 'keep']);
  expect((await forgotPassword()).mail['body']).toBe(body);
});
