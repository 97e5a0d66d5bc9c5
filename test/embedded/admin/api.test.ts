import { generateKeyPairSync } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { startOkta } from '../start.ts';
import {
  type AdminAnswer,
  accessRule,
  admin,
  type Json,
  made,
  oidcApp,
  passwordApp,
} from './calls.ts';

let okta: EmbeddedOkta;
beforeAll(async () => {
  okta = await startOkta();
});

const refusal = ({ status, body }: AdminAnswer) => [
  status,
  body.errorCode,
  ...((body['errorCauses'] ?? []) as { errorSummary: string }[]).map((cause) => cause.errorSummary),
];

const create = async (path: string, body: Json) =>
  refusal(await admin(okta, ['POST', path], { body }));

describe('the org', () => {
  test('says which engine it is to the public, and who it is to administrators', async () => {
    const known = await fetch(`${okta.url}/.well-known/okta-organization`);
    expect(await known.json()).toMatchObject({
      pipeline: 'idx',
      id: expect.stringMatching(/^00o/),
    });
    const changed = await admin(okta, ['POST', '/api/v1/org'], { body: { companyName: 'Shop' } });
    expect(changed.body).toMatchObject({ companyName: 'Shop', status: 'ACTIVE' });
    const classic = await startOkta({ engine: 'classic' });
    const public_ = await fetch(`${classic.url}/.well-known/okta-organization`);
    expect(await public_.json()).toMatchObject({ pipeline: 'v1' });
  });

  test('starts empty on demand, with what Okta gives to every org', async () => {
    const empty = await startOkta({ empty: true });
    const list = async (path: string) =>
      (await admin(empty, ['GET', path])).body as unknown as Json[];
    expect(await list('/api/v1/apps')).toEqual([]);
    expect(await list('/api/v1/users')).toMatchObject([{ id: '00u1administrator001' }]);
    expect(await list('/api/v1/zones')).toEqual([]);
    expect(await list('/api/v1/authorizationServers')).toMatchObject([
      { name: 'default', audiences: ['api://default'] },
    ]);
    expect(await list('/api/v1/authorizationServers/default/policies')).toEqual([]);
    expect(await list('/api/v1/groups')).toMatchObject([
      { type: 'BUILT_IN', profile: { name: 'Everyone' } },
    ]);
    expect(await list('/api/v1/policies?type=ACCESS_POLICY')).toMatchObject([
      { name: 'Any two factors', system: true },
    ]);
    await empty.reset();
    expect(await list('/api/v1/users')).toMatchObject([{ id: '00u1administrator001' }]);
  });

  test('is without authorization servers where it has no licence for them', async () => {
    const bare = await startOkta({ seed: { apiAccessManagement: false } });
    const answer = await admin(bare, ['GET', '/api/v1/authorizationServers']);
    expect(refusal(answer)).toEqual([401, 'E0000015']);
    expect((await fetch(`${bare.issuer}/.well-known/openid-configuration`)).status).toBe(404);
  });
});

describe('a bad request', () => {
  test.each<[string, string, Json, unknown[]]>([
    [
      'an app without a label',
      'apps',
      { ...passwordApp, label: '' },
      [400, 'E0000001', 'label: The field cannot be left blank'],
    ],
    [
      'an app of another kind',
      'apps',
      { name: 'bookmark', label: 'b', signOnMode: 'BOOKMARK' },
      [501, 'E0000060'],
    ],
    [
      'a redirect without a URI',
      'apps',
      oidcApp('a', { grant_types: ['authorization_code'], response_types: ['code'] }),
      [400, 'E0000001', expect.stringContaining('redirect_uris')],
    ],
    [
      'a group of a name that exists',
      'groups',
      { profile: { name: 'Everyone' } },
      [400, 'E0000001', expect.stringContaining('already exists')],
    ],
    [
      'a policy of no type',
      'policies',
      { name: 'a' },
      [400, 'E0000001', 'type: The field cannot be left blank'],
    ],
    ['a policy of an unknown type', 'policies', { name: 'a', type: 'NONSENSE' }, [400, 'E0000003']],
    [
      'an authorization server without an audience',
      'authorizationServers',
      { name: 'a', audiences: [] },
      [400, 'E0000001', expect.stringContaining('audiences')],
    ],
    [
      'a scope with a space',
      'authorizationServers/default/scopes',
      { name: 'a b' },
      [400, 'E0000001', 'name: The value is invalid'],
    ],
    [
      'a scope that exists',
      'authorizationServers/default/scopes',
      { name: 'openid' },
      [400, 'E0000001', expect.stringContaining('exists')],
    ],
    [
      'a zone of no network',
      'zones',
      { type: 'IP', name: 'z', proxies: [{ type: 'CIDR', value: 'nowhere' }] },
      [400, 'E0000001', 'value: The value is invalid'],
    ],
    [
      'a mail template that there is not',
      'brands/bnd1embeddedOrg00000/templates/email/Nonsense/customizations',
      {},
      [404, 'E0000007'],
    ],
    [
      'an app of an unknown id',
      'apps/0oaunknown00000000/credentials/secrets',
      {},
      [404, 'E0000007'],
    ],
  ])('%s', async (_, path, body, expected) => {
    expect(await create(`/api/v1/${path}`, body)).toEqual(expected);
  });

  test('a body that is no JSON, a wrong type of a member, a wrong method', async () => {
    const text = await fetch(`${okta.url}/api/v1/groups`, {
      method: 'POST',
      headers: {
        authorization: `SSWS ${okta.seeded.apiToken}`,
        'content-type': 'application/json',
      },
      body: '{',
    });
    expect([text.status, await text.json()]).toMatchObject([400, { errorCode: 'E0000003' }]);
    expect(await create('/api/v1/groups', { profile: 'a' })).toEqual([400, 'E0000003']);
    expect(refusal(await admin(okta, ['DELETE', '/api/v1/groups']))).toEqual([405, 'E0000022']);
  });

  test('what every org has cannot be taken away', async () => {
    const gone = async (path: string) => refusal(await admin(okta, ['DELETE', `/api/v1/${path}`]));
    expect((await gone('groups/00g1everyone00000001')).slice(0, 2)).toEqual([403, 'E0000077']);
    expect((await gone('policies/00p1defaultPassword0')).slice(0, 2)).toEqual([400, 'E0000001']);
    expect((await gone('brands/bnd1embeddedOrg00000')).slice(0, 2)).toEqual([400, 'E0000001']);
    const { id } = await made(okta, '/api/v1/apps', { ...passwordApp, label: 'Active' });
    expect(await gone(`apps/${id}`)).toEqual([
      403,
      'E0000056',
      'The application must be deactivated before deletion.',
    ]);
    await admin(okta, ['POST', `/api/v1/apps/${id}/lifecycle/deactivate`]);
    expect((await admin(okta, ['DELETE', `/api/v1/apps/${id}`])).status).toBe(204);
    expect(refusal(await admin(okta, ['GET', `/api/v1/apps/${id}/groups`]))).toEqual([
      404,
      'E0000007',
    ]);
  });
});

test('a list comes in pages, each with the link to the next one', async () => {
  const seen: string[] = [];
  let next: string | undefined = `${okta.url}/api/v1/apps?limit=2`;
  let pages = 0;
  for (let n = 0; n < 3; n += 1)
    await made(okta, '/api/v1/apps', { ...passwordApp, label: `Page ${n}` });
  while (next !== undefined) {
    const answer: Response = await fetch(next, {
      headers: { authorization: `SSWS ${okta.seeded.apiToken}` },
    });
    for (const { label } of (await answer.json()) as { label: string }[]) seen.push(label);
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
    pages += 1;
  }
  expect(seen).toEqual([
    'Account API',
    'Backend service',
    'Account API, users',
    'Page 0',
    'Page 1',
    'Page 2',
  ]);
  expect(pages).toBe(3);
  const bad = await admin(okta, ['GET', '/api/v1/apps?after=nonsense']);
  expect(refusal(bad)).toEqual([400, 'E0000029', 'Invalid cursor.']);
  const found = await admin(okta, ['GET', '/api/v1/apps?q=page%201']);
  expect(found.body).toMatchObject([{ label: 'Page 1' }]);
});

test('a rule of a priority moves the others down, and a default rule stays last', async () => {
  const policy = await made(okta, '/api/v1/policies', { type: 'PASSWORD', name: 'Ranked' });
  const path = `/api/v1/policies/${policy.id}/rules`;
  for (const name of ['a', 'b']) await made(okta, path, { type: 'PASSWORD', name, actions: {} });
  await made(okta, path, { type: 'PASSWORD', name: 'first', priority: 1, actions: {} });
  const ranked = (await admin(okta, ['GET', path])).body as unknown as Json[];
  expect(ranked.map(({ name, priority }) => [name, priority])).toEqual([
    ['first', 1],
    ['a', 2],
    ['b', 3],
  ]);
  const listed = (await admin(okta, ['GET', '/api/v1/policies?type=PASSWORD']))
    .body as unknown as Json[];
  expect(listed.map(({ name, priority }) => [name, priority])).toEqual([
    ['Ranked', 1],
    ['Default Policy', 2],
  ]);
});

describe('a service app', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let app: string;
  beforeAll(async () => {
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', status: 'ACTIVE' };
    const settings = {
      application_type: 'service',
      grant_types: ['client_credentials'],
      response_types: ['token'],
      jwks: { keys: [jwk] },
    };
    const created = await made(
      okta,
      '/api/v1/apps',
      oidcApp('Doctor', settings, { token_endpoint_auth_method: 'private_key_jwt' }),
    );
    expect(JSON.stringify(created)).not.toContain('client_secret"');
    app = created.id;
  });

  async function tokenFor(scope: string): Promise<Json> {
    const endpoint = `${okta.url}/oauth2/v1/token`;
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(app)
      .setSubject(app)
      .setAudience(endpoint)
      .setIssuedAt()
      .setExpirationTime('2m')
      .sign(privateKey);
    const answer = await fetch(endpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }),
    });
    return { status: answer.status, ...((await answer.json()) as Json) };
  }

  test('gets the scopes that were granted to it alone', async () => {
    expect(await tokenFor('okta.apps.read')).toMatchObject({
      status: 400,
      error: 'consent_required',
    });
    const grant = { issuer: okta.url, scopeId: 'okta.apps.read' };
    expect(
      await create(`/api/v1/apps/${app}/grants`, { ...grant, issuer: 'https://other.example' }),
    ).toEqual([400, 'E0000001', expect.stringContaining('is not a valid')]);
    expect(
      await create(`/api/v1/apps/${app}/grants`, { ...grant, scopeId: 'okta.nonsense.read' }),
    ).toEqual([400, 'E0000001', expect.stringContaining('is not a valid')]);
    await made(okta, `/api/v1/apps/${app}/grants`, grant);
    expect(await tokenFor('okta.apps.read')).toMatchObject({
      status: 200,
      scope: 'okta.apps.read',
    });
  });

  test('needs a role beside the scope, and the scope of what it asks for', async () => {
    const token = String((await tokenFor('okta.apps.read'))['access_token']);
    const asks = (path: string) => admin(okta, ['GET', path], { token });
    expect(refusal(await asks('/api/v1/apps'))).toEqual([403, 'E0000006']);
    const roles = `/oauth2/v1/clients/${app}/roles`;
    await made(okta, roles, { type: 'READ_ONLY_ADMIN' });
    expect((await asks('/api/v1/apps')).status).toBe(200);
    const lacks = await asks('/api/v1/groups');
    expect([lacks.status, lacks.body]).toEqual([403, {}]);
    expect(lacks.headers.get('www-authenticate')).toContain('okta.groups.read');
    expect((await admin(okta, ['GET', roles])).body).toMatchObject([
      { type: 'READ_ONLY_ADMIN', assignmentType: 'CLIENT' },
    ]);
  });

  test('may do what the permissions of a custom role say', async () => {
    const role = await made(okta, '/api/v1/iam/roles', {
      label: 'Apps',
      description: 'Reads apps',
      permissions: ['okta.users.read'],
    });
    const set = await made(okta, '/api/v1/iam/resource-sets', {
      label: 'Apps',
      description: 'All',
      resources: ['orn:okta:directory:00o1embeddedOrg00000:users'],
    });
    const roles = `/oauth2/v1/clients/${app}/roles`;
    for (const { id } of (await admin(okta, ['GET', roles])).body as unknown as { id: string }[]) {
      await admin(okta, ['DELETE', `${roles}/${id}`]);
    }
    await made(okta, roles, { type: 'CUSTOM', role: role.id, 'resource-set': set.id });
    const token = String((await tokenFor('okta.apps.read'))['access_token']);
    const asks = () => admin(okta, ['GET', '/api/v1/apps'], { token });
    expect((await asks()).body.errorCode).toBe('E0000006');
    await admin(okta, ['POST', `/api/v1/iam/roles/${role.id}/permissions/okta.apps.read`]);
    expect((await asks()).status).toBe(200);
  });

  test('is refused once its key is not active any more', async () => {
    const path = `/api/v1/apps/${app}/credentials/jwks`;
    const { keys } = (await admin(okta, ['GET', path])).body as unknown as {
      keys: { id: string }[];
    };
    await admin(okta, ['POST', `${path}/${keys[0]?.id}/lifecycle/deactivate`]);
    expect(await tokenFor('okta.apps.read')).toMatchObject({
      status: 401,
      error: 'invalid_client',
    });
  });
});

test('keys of an authorization server are listed, and rotate', async () => {
  const server = await made(okta, '/api/v1/authorizationServers', {
    name: 'second',
    audiences: ['api://second'],
  });
  const path = `/api/v1/authorizationServers/${server.id}/credentials`;
  const before = (await admin(okta, ['GET', `${path}/keys`])).body as unknown as Json[];
  expect(before.map(({ status }) => status)).toEqual(['ACTIVE', 'NEXT']);
  const after = (
    await admin(okta, ['POST', `${path}/lifecycle/keyRotate`], { body: { use: 'sig' } })
  ).body as unknown as Json[];
  expect(after.map(({ status }) => status)).toEqual(['ACTIVE', 'NEXT', 'EXPIRED']);
  expect(after[0]?.['kid']).toBe(before[1]?.['kid']);
  const metadata = await fetch(
    `${String(server['issuer'])}/.well-known/oauth-authorization-server`,
  );
  expect(await metadata.json()).toMatchObject({ issuer: server['issuer'] });
  await admin(okta, ['POST', `/api/v1/authorizationServers/${server.id}/lifecycle/deactivate`]);
  expect((await fetch(`${String(server['issuer'])}/v1/keys`)).status).toBe(404);
});

test('settings of which an org has one are read and changed', async () => {
  const limits = '/api/v1/rate-limit-settings/per-client';
  expect((await admin(okta, ['GET', limits])).body).toMatchObject({ defaultMode: 'PREVIEW' });
  const changed = { defaultMode: 'ENFORCE', useCaseModeOverrides: { OAUTH2_AUTHORIZE: 'DISABLE' } };
  expect((await admin(okta, ['PUT', limits], { body: changed })).body).toMatchObject(changed);
  expect(refusal(await admin(okta, ['PUT', limits], { body: { defaultMode: 'x' } }))).toEqual([
    400,
    'E0000003',
  ]);
  const threats = '/api/v1/threats/configuration';
  const blocking = { action: 'block', excludeZones: ['nzounknown0000000000'] };
  expect(refusal(await admin(okta, ['POST', threats], { body: blocking }))).toEqual([
    404,
    'E0000007',
  ]);
  const feature = '/api/v1/features/ftr1directAuth000000';
  await admin(okta, ['POST', `${feature}/disable`]);
  expect((await admin(okta, ['GET', feature])).body).toMatchObject({ status: 'DISABLED' });
});

test('a rule of a policy that is gone is not found', async () => {
  const path = '/api/v1/authorizationServers/default/policies/00punknown0000000000/rules';
  expect(await create(path, accessRule())).toEqual([404, 'E0000007']);
});

test('the holder of the API token is `me`, a super administrator', async () => {
  const { body } = await admin(okta, ['GET', '/api/v1/users/me']);
  expect(body).toMatchObject({ status: 'ACTIVE', profile: { login: 'administrator@example.com' } });
  const roles = await admin(okta, ['GET', `/api/v1/users/${body.id}/roles`]);
  expect(roles.body).toMatchObject([{ type: 'SUPER_ADMIN', assignmentType: 'USER' }]);
  const { email } = okta.seeded.customer;
  expect((await admin(okta, ['GET', `/api/v1/users/${email}/roles`])).body).toEqual([]);
});

test('a simulation names the policy and the rule that a sign-in to an app meets', async () => {
  const path = '/api/v1/policies/simulate';
  const appInstance = okta.seeded.apiClient.clientId;
  const policyTypes = ['ACCESS_POLICY', 'OKTA_SIGN_ON'];
  const { body } = await admin(okta, ['POST', path], { body: { appInstance, policyTypes } });
  const met = (name: string, rule: string) => ({
    status: 'MATCH',
    result: { policies: [{ name, rules: [{ name: rule, status: 'MATCH' }] }] },
  });
  expect(body).toMatchObject([
    met('Customers', 'Catch-all Rule'),
    met('Default Policy', 'Default Rule'),
  ]);
  expect(await create(path, { appInstance: '0oaunknown0000000000' })).toEqual([404, 'E0000007']);
  expect(await create(path, { appInstance, policyTypes: ['NONSENSE'] })).toEqual([400, 'E0000003']);
});
