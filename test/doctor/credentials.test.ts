import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { embeddedOktaCredentials } from '../../src/wire/embedded-okta-config.ts';
import { call } from '../embedded/call.ts';
import { startOkta } from '../embedded/start.ts';
import { type Break, breakOrg, type Send, sendTo, withApp } from './break-org.ts';
import { expectOnly, findingsOn } from './examine.ts';

let org: EmbeddedOkta;
beforeAll(async () => {
  org = await startOkta();
});

const app = () => `/api/v1/apps/${org.seeded.apiClient.clientId}`;
const serviceApp = () => org.seeded.managementApp.clientId;

const send: Send = (method, path, body) => sendTo(org, method, path, body);
const broken: Break = (doing, undoing) => breakOrg(org, doing, undoing);

test('D01: an authorization server that does not exist', async () => {
  const findings = await findingsOn(org, { okta: { issuer: `${org.url}/oauth2/typo` } });
  const { message, oktaSays } = expectOnly(findings, 'D01');
  expect(message).toContain(`${org.url}/oauth2/typo`);
  expect(oktaSays).toContain('E0000007');
});

test('D01: an authorization server that is inactive', async () => {
  const server = '/api/v1/authorizationServers/default/lifecycle';
  const findings = await broken(
    () => send('POST', `${server}/deactivate`),
    () => send('POST', `${server}/activate`),
  );
  expectOnly(findings, 'D01');
});

test('D02: the org authorization server', async () => {
  const findings = await findingsOn(org, { okta: { issuer: org.url, audience: org.url } });
  expectOnly(findings, 'D02', 'warning');
});

test('D03: an org without API Access Management', async () => {
  const bare = await startOkta({ seed: { apiAccessManagement: false } });
  expectOnly(await findingsOn(bare), 'D03');
});

test('D04: a server that calls itself otherwise, as with a custom domain', async () => {
  const issuer = org.issuer.replace('127.0.0.1', 'localhost');
  const { message } = expectOnly(await findingsOn(org, { okta: { issuer } }), 'D04');
  expect(message).toContain(issuer);
  expect(message).toContain(org.issuer);
});

test('D05: another audience', async () => {
  const server = '/api/v1/authorizationServers/default';
  const findings = await broken(
    () => send('PUT', server, { name: 'default', audiences: ['api://other'] }),
    () =>
      send('PUT', server, { name: 'default', audiences: ['api://default'], issuerMode: 'DYNAMIC' }),
  );
  expect(expectOnly(findings, 'D05').message).toMatch(/api:\/\/default.*api:\/\/other/);
});

test('D07: a wrong secret', async () => {
  const clientAuthentication = { method: 'client_secret_basic', secret: 'wrong' } as const;
  const okta = { ...embeddedOktaCredentials(org), clientAuthentication };
  const { message } = expectOnly(await findingsOn(org, { secrets: { okta } }), 'D07');
  expect(message).not.toContain('wrong');
});

test('D08: an app that is inactive', async () => {
  const findings = await broken(
    () => send('POST', `${app()}/lifecycle/deactivate`),
    () => send('POST', `${app()}/lifecycle/activate`),
  );
  expect(expectOnly(findings, 'D08').message).toContain('INACTIVE');
});

test('D08: an id that no app has', async () => {
  const findings = await findingsOn(org, { okta: { clientId: '0oaOfAnotherOrg' } });
  expect(expectOnly(findings, 'D08').message).toContain('0oaOfAnotherOrg');
});

test('D21: a redirect URI that is not registered', async () => {
  const redirectUri = `${org.seeded.apiClient.redirectUri}/`;
  const findings = await findingsOn(org, { okta: { logInFlow: 'authn', redirectUri } });
  const { message } = expectOnly(findings, 'D21');
  expect(message).toContain(`${org.seeded.apiClient.redirectUri}.`);
});

test('D22: DPoP demanded of the app of the customers', async () => {
  const findings = await withApp(org, { dpop_bound_access_tokens: true });
  expectOnly(findings, 'D22');
});

test('D23: a proxy that loses the DPoP proof of the service app', async () => {
  const undo = org.fail({
    path: '/oauth2/v1/token',
    fault: {
      kind: 'answer',
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: '{"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT header is missing."}',
    },
  });
  const findings = await findingsOn(org);
  undo();
  expect(expectOnly(findings, 'D23').oktaSays).toContain('The DPoP proof JWT header is missing.');
});

async function withoutGrants(scopes: readonly string[]) {
  const grants = `/api/v1/apps/${serviceApp()}/grants`;
  const { body } = await call(org, ['GET', `${grants}?limit=200`]);
  const all = body as unknown as { id: string; scopeId: string }[];
  return broken(
    () =>
      Promise.all(
        all
          .filter(({ scopeId }) => scopes.includes(scopeId))
          .map(({ id }) => send('DELETE', `${grants}/${id}`)),
      ),
    () => Promise.all(scopes.map((scopeId) => send('POST', grants, { issuer: org.url, scopeId }))),
  );
}

test('D24: a scope that is not granted', async () => {
  const findings = await withoutGrants(['okta.policies.read']);
  expect(expectOnly(findings, 'D24').message).toMatch(
    /does not have the Okta API scope okta\.policies\.read\.$/,
  );
});

test('D24: a scope that only a command needs is a note', async () => {
  expectOnly(await withoutGrants(['okta.schemas.read']), 'D24', 'note');
});

test('D24: no scope of the Users API', async () => {
  const findings = await withoutGrants(['okta.users.read', 'okta.users.manage']);
  expect(expectOnly(findings, 'D24').message).toContain('okta.users.read, okta.users.manage');
});

async function withRole(type: string | null) {
  const roles = `/oauth2/v1/clients/${serviceApp()}/roles`;
  const { body } = await call(org, ['GET', roles]);
  for (const { id } of body as unknown as { id: string }[]) await send('DELETE', `${roles}/${id}`);
  if (type !== null) await send('POST', roles, { type });
}

test('D25: scopes without an admin role', async () => {
  const findings = await broken(
    () => withRole(null),
    () => withRole('SUPER_ADMIN'),
  );
  expect(expectOnly(findings, 'D25').oktaSays).toContain('E0000006');
});

test('D26: a role that may read users and not change them', async () => {
  const findings = await broken(
    () => withRole('READ_ONLY_ADMIN'),
    () => withRole('SUPER_ADMIN'),
  );
  expect(expectOnly(findings, 'D26').oktaSays).toContain('E0000006');
});

test('D27: a key that is retired', async () => {
  const keys = `/api/v1/apps/${serviceApp()}/credentials/jwks`;
  const { body } = await call(org, ['GET', keys]);
  const [{ id } = { id: '' }] = (body as unknown as { keys: { id: string }[] }).keys;
  const findings = await broken(
    () => send('POST', `${keys}/${id}/lifecycle/deactivate`),
    () => send('POST', `${keys}/${id}/lifecycle/activate`),
  );
  expect(expectOnly(findings, 'D27').message).toContain('OKTA_SERVICE_KEY_ID');
});

test('D27: another private key under the same id', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const own = embeddedOktaCredentials(org);
  const okta = {
    ...own,
    management: { method: 'service_app', ...org.seeded.managementApp, privateKeyPem } as const,
  };
  expectOnly(await findingsOn(org, { secrets: { okta } }), 'D27');
});

test('D28: a clock that is an hour ahead', async () => {
  const now = () => Date.now() + 3_600_000;
  expect(expectOnly(await findingsOn(org, { now }), 'D28').message).toContain('ahead of');
});

test('D28: a clock that is five seconds behind', async () => {
  const now = () => Date.now() - 5_000;
  expectOnly(await findingsOn(org, { now }), 'D28', 'warning');
});

test('D29: an API token that Okta no longer takes', async () => {
  const okta = {
    ...embeddedOktaCredentials(org),
    management: { method: 'ssws', apiToken: 'revoked' } as const,
  };
  expectOnly(await findingsOn(org, { secrets: { okta } }), 'D29');
});

test('nothing is wrong with the org of `npm start`', async () => {
  expect(await findingsOn(org)).toEqual([]);
  expect(await findingsOn(org, { okta: { logInFlow: 'authn' } })).toEqual([]);
});
