import { decodeJwt } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { startOkta } from '../start.ts';
import {
  accessPolicy,
  accessRule,
  admin,
  type Json,
  made,
  oidcApp,
  passwordApp,
  signOnRule,
} from './calls.ts';

const server = '/api/v1/authorizationServers/default';
const everyone = '00g1everyone00000001';
const customer = { login: 'ada@example.com', email: 'ada@example.com' };
const password = 'Correct-Horse-7';

let okta: EmbeddedOkta;
let app: { id: string; secret: string };
let user: string;
let rules: string;
let signOn: string;

beforeAll(async () => {
  okta = await startOkta({ empty: true, perUsernamePerSecond: 1_000 });
  const created = await made(okta, '/api/v1/apps', passwordApp);
  const { oauthClient } = created['credentials'] as { oauthClient: { client_secret: string } };
  app = { id: created.id, secret: oauthClient.client_secret };
  const profile = { ...customer, firstName: 'Ada', lastName: 'Byron' };
  const credentials = { password: { value: password } };
  user = (await made(okta, '/api/v1/users', { profile, credentials })).id;
});

async function token(params: Record<string, string> = {}, client = app): Promise<Json> {
  const answer = await fetch(`${okta.issuer}/v1/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
    },
    body: new URLSearchParams({
      grant_type: 'password',
      username: customer.login,
      password,
      scope: 'openid offline_access',
      ...params,
    }),
  });
  return { status: answer.status, ...((await answer.json()) as Json) };
}

/** In the order in which a set-up without a plan would run into them. */
test('each thing that is missing in an empty org makes /token refuse as Okta does, until it is there', async () => {
  expect(await token()).toMatchObject({
    status: 401,
    error: 'access_denied',
    error_description: expect.stringContaining('Policy evaluation failed'),
  });

  const policy = await made(okta, `${server}/policies`, accessPolicy);
  rules = `${server}/policies/${policy.id}/rules`;
  const narrow = accessRule({
    conditions: { ...(accessRule()['conditions'] as Json), scopes: { include: [] } },
  });
  await made(okta, rules, narrow);
  await made(okta, `${server}/scopes`, { name: 'orders', consent: 'IMPLICIT' });
  expect(await token({ scope: 'openid orders' })).toMatchObject({
    status: 400,
    error_description: expect.stringContaining('Denied scopes: [orders]'),
  });

  expect(await token()).toMatchObject({
    status: 400,
    error: 'access_denied',
    error_description: 'User is not assigned to the client application.',
  });
  const assigned = await admin(okta, ['PUT', `/api/v1/apps/${app.id}/groups/${everyone}`], {
    body: {},
  });
  expect(assigned.status).toBe(200);

  expect(await token()).toMatchObject({
    status: 400,
    error: 'invalid_grant',
    error_description: expect.stringContaining('denied by sign on policy'),
  });
  const body = { type: 'ACCESS_POLICY', name: 'Customers' };
  signOn = (await made(okta, '/api/v1/policies', body)).id;
  await made(
    okta,
    `/api/v1/policies/${signOn}/rules`,
    signOnRule({ type: 'ASSURANCE', factorMode: '1FA' }),
  );
  await admin(okta, ['PUT', `/api/v1/apps/${app.id}/policies/${signOn}`]);
  expect(await token()).toMatchObject({
    status: 200,
    expires_in: 300,
    refresh_token: expect.any(String),
  });
});

test('a rule that lacks a scope is passed over for a later one that has it', async () => {
  await made(
    okta,
    rules,
    accessRule({
      name: 'Orders',
      priority: 2,
      actions: { token: { accessTokenLifetimeMinutes: 30 } },
    }),
  );
  expect(await token({ scope: 'openid orders' })).toMatchObject({ status: 200, expires_in: 1800 });
  expect(await token()).toMatchObject({ status: 200, expires_in: 300 });
});

test('a rule applies to its people, and an inactive rule to no one', async () => {
  const [first] = (await admin(okta, ['GET', rules])).body as unknown as { id: string }[];
  const { body } = await admin(okta, ['GET', `${rules}/${first?.id}`]);
  const conditions = {
    ...(body['conditions'] as Json),
    people: { users: { include: ['00uother'] } },
  };
  await admin(okta, ['PUT', `${rules}/${first?.id}`], { body: { ...body, conditions } });
  expect(await token()).toMatchObject({ expires_in: 1800 });
  await admin(okta, ['PUT', `${rules}/${first?.id}`], { body });
  expect(await token()).toMatchObject({ expires_in: 300 });
  await admin(okta, ['POST', `${rules}/${first?.id}/lifecycle/deactivate`]);
  expect(await token()).toMatchObject({ expires_in: 1800 });
});

/** With other settings of the app for as long as `check` runs. */
async function withApp(changes: Json, check: () => Promise<void>): Promise<void> {
  const path = `/api/v1/apps/${app.id}`;
  const { body } = await admin(okta, ['GET', path]);
  const { oauthClient, ...settings } = body['settings'] as { oauthClient: Json };
  const changed = { ...settings, oauthClient: { ...oauthClient, ...changes } };
  await admin(okta, ['PUT', path], { body: { ...body, settings: changed } });
  await check();
  await admin(okta, ['PUT', path], { body });
}

test('a grant that is not ticked, DPoP, and an inactive app each refuse', async () => {
  await withApp({ grant_types: ['refresh_token'] }, async () => {
    expect(await token()).toMatchObject({
      status: 400,
      error: 'unauthorized_client',
      error_description: expect.stringContaining('Configured grant types: [refresh_token]'),
    });
  });
  await withApp({ dpop_bound_access_tokens: true }, async () => {
    expect(await token()).toMatchObject({ status: 400, error: 'invalid_dpop_proof' });
  });
  const path = `/api/v1/apps/${app.id}`;
  expect(await token()).toMatchObject({ status: 200 });
  await admin(okta, ['POST', `${path}/lifecycle/deactivate`]);
  expect(await token()).toMatchObject({ status: 401, errorCode: 'invalid_client' });
  await admin(okta, ['POST', `${path}/lifecycle/activate`]);
});

test('a second secret works beside the first one, until it is deactivated', async () => {
  const path = `/api/v1/apps/${app.id}/credentials/secrets`;
  const second = await made(okta, path, {});
  const client = { id: app.id, secret: String(second['client_secret']) };
  expect(await token({}, client)).toMatchObject({ status: 200 });
  expect(await token()).toMatchObject({ status: 200 });
  await admin(okta, ['POST', `${path}/${second.id}/lifecycle/deactivate`]);
  expect(await token({}, client)).toMatchObject({ status: 401, error: 'invalid_client' });
  expect((await admin(okta, ['DELETE', `${path}/${second.id}`])).status).toBe(204);
});

test('claims come with the tokens: groups by their filter, attributes and texts', async () => {
  const group = await made(okta, '/api/v1/groups', { profile: { name: 'shop-vip' } });
  await admin(okta, ['PUT', `/api/v1/groups/${group.id}/users/${user}`]);
  const claims = [
    { name: 'groups', valueType: 'GROUPS', value: 'shop-', group_filter_type: 'STARTS_WITH' },
    { name: 'given', valueType: 'EXPRESSION', value: 'user.firstName' },
    { name: 'shop', valueType: 'EXPRESSION', value: '"north"' },
    { name: 'orders', valueType: 'EXPRESSION', value: '"all"', conditions: { scopes: ['orders'] } },
  ];
  for (const claim of claims)
    await made(okta, `${server}/claims`, { claimType: 'RESOURCE', ...claim });
  const { access_token } = await token();
  expect(decodeJwt(String(access_token))).toMatchObject({
    groups: ['shop-vip'],
    given: 'Ada',
    shop: 'north',
  });
  expect(decodeJwt(String(access_token))).not.toHaveProperty('orders');
  const wide = await token({ scope: 'openid orders' });
  expect(decodeJwt(String(wide['access_token']))).toMatchObject({ orders: 'all' });
});

test('a claim that is not always in the ID token is at /userinfo alone', async () => {
  const claim = { name: 'tier', claimType: 'IDENTITY', valueType: 'EXPRESSION', value: '"gold"' };
  await made(okta, `${server}/claims`, { ...claim, alwaysIncludeInToken: false });
  await made(okta, `${server}/claims`, { ...claim, name: 'level', alwaysIncludeInToken: true });
  const { id_token, access_token } = await token();
  expect(decodeJwt(String(id_token))).toMatchObject({ level: 'gold' });
  expect(decodeJwt(String(id_token))).not.toHaveProperty('tier');
  const headers = { authorization: `Bearer ${access_token}` };
  const answer = await fetch(`${okta.issuer}/v1/userinfo`, { headers });
  expect(await answer.json()).toMatchObject({ tier: 'gold', level: 'gold' });
});

test('a wildcard in a redirect URI is for subdomains, where the app allows wildcards', async () => {
  const uri = 'https://preview-*.shop.example/callback';
  const ask = async (redirect: string) => {
    const query = new URLSearchParams({ client_id: app.id, redirect_uri: redirect });
    const answer = await fetch(`${okta.issuer}/v1/authorize?${query}`, { redirect: 'manual' });
    return answer.status;
  };
  await withApp({ redirect_uris: [uri] }, async () => {
    expect(await ask('https://preview-7.shop.example/callback')).toBe(400);
  });
  await withApp({ redirect_uris: [uri], wildcard_redirect: 'SUBDOMAIN' }, async () => {
    // Sent back, with what else is wrong with the request.
    expect(await ask('https://preview-7.shop.example/callback')).toBe(302);
    expect(await ask('https://preview-7.evil.example/.shop.example/callback')).toBe(400);
    expect(await ask('https://preview-7xshop.example/callback')).toBe(400);
  });
});

test('scopes: the default ones where a request names none, those to publish in discovery, those to consent to', async () => {
  const gifts = await made(okta, `${server}/scopes`, {
    name: 'gifts',
    default: true,
    metadataPublish: 'ALL_CLIENTS',
  });
  expect(await token({ scope: '' })).toMatchObject({ status: 200, scope: 'gifts' });
  const discovery = await fetch(`${okta.issuer}/.well-known/openid-configuration`);
  const { scopes_supported } = (await discovery.json()) as { scopes_supported: string[] };
  expect(scopes_supported).toEqual(expect.arrayContaining(['openid', 'gifts']));
  expect(scopes_supported).not.toContain('orders');

  const path = `${server}/scopes/${gifts.id}`;
  await admin(okta, ['PUT', path], { body: { name: 'gifts', consent: 'REQUIRED' } });
  // The app is trusted.
  expect(await token({ scope: 'gifts' })).toMatchObject({ status: 200 });
  await withApp({ consent_method: 'REQUIRED' }, async () => {
    expect(await token({ scope: 'openid gifts' })).toMatchObject({
      status: 400,
      error: 'consent_required',
      error_description: expect.stringContaining('require user consent: [gifts]'),
    });
    expect(await token()).toMatchObject({ status: 200 });
  });
});

test('an app with implicit assignment is for every user, assigned or not', async () => {
  const path = `/api/v1/apps/${app.id}`;
  await admin(okta, ['DELETE', `${path}/groups/${everyone}`]);
  expect(await token()).toMatchObject({ error_description: expect.stringContaining('assigned') });
  const { body } = await admin(okta, ['GET', path]);
  const settings = body['settings'] as Json;
  const open = { ...body, settings: { ...settings, implicitAssignment: true } };
  await admin(okta, ['PUT', path], { body: open });
  expect(await token()).toMatchObject({ status: 200 });
  await admin(okta, ['PUT', path], { body });
  await admin(okta, ['PUT', `${path}/groups/${everyone}`], { body: {} });
});

test('two factors in the policy of the app lock out who has none, and ask who has one', async () => {
  const [rule] = (await admin(okta, ['GET', `/api/v1/policies/${signOn}/rules`]))
    .body as unknown as { id: string }[];
  const two = signOnRule({ type: 'ASSURANCE', factorMode: '2FA' });
  const path = `/api/v1/policies/${signOn}/rules/${rule?.id}`;
  await admin(okta, ['PUT', path], { body: two });
  expect(await token()).toMatchObject({
    error_description: expect.stringContaining('denied by sign on policy'),
  });
  const factor = { factorType: 'email', provider: 'OKTA', profile: { email: customer.email } };
  const enrolled = await admin(okta, ['POST', `/api/v1/users/${user}/factors?activate=true`], {
    body: factor,
  });
  expect(enrolled.status).toBe(200);
  // The app has none of the grants that would ask for it.
  expect(await token()).toMatchObject({
    status: 403,
    error: 'access_denied',
    error_description: expect.stringContaining("authentication policy wasn't satisfied"),
  });
  await admin(okta, ['PUT', path], { body: signOnRule({ type: 'ASSURANCE', factorMode: '1FA' }) });
  expect(await token()).toMatchObject({ status: 200 });
});

test('an authenticator that is off can neither be used nor be set up', async () => {
  const all = (await admin(okta, ['GET', '/api/v1/authenticators'])).body as unknown as Json[];
  const idOf = (key: string) => all.find((one) => one['key'] === key)?.['id'];
  const turn = (key: string, step: string) =>
    admin(okta, ['POST', `/api/v1/authenticators/${idOf(key)}/lifecycle/${step}`]);
  const sms = { factorType: 'sms', provider: 'OKTA', profile: { phoneNumber: '+15551234567' } };
  const enroll = async () =>
    (await admin(okta, ['POST', `/api/v1/users/${user}/factors?activate=true`], { body: sms }))
      .status;
  const found = await admin(okta, ['GET', '/api/v1/policies?type=MFA_ENROLL']);
  const [{ id, ...policy } = { id: '' }] = found.body as unknown as { id: string }[];
  const allow = (self: string) =>
    admin(okta, ['PUT', `/api/v1/policies/${id}`], {
      body: {
        ...policy,
        settings: { authenticators: [{ key: 'phone_number', enroll: { self } }] },
      },
    });
  expect((await allow('NOT_ALLOWED')).status).toBe(200);
  expect(await enroll()).toBe(400);
  expect((await turn('phone_number', 'deactivate')).status).toBe(200);
  await allow('OPTIONAL');
  expect(await enroll()).toBe(400);
  await turn('phone_number', 'activate');
  expect(await enroll()).toBe(200);

  const signIn = { username: customer.login, password };
  const rule = await demandTwoFactors();
  const factorsOf = async () => {
    const { _embedded } = await authn('', signIn);
    const { factors } = _embedded as { factors: { factorType: string }[] };
    return factors.map(({ factorType }) => factorType);
  };
  expect(await factorsOf()).toEqual(['email', 'sms']);
  await allow('NOT_ALLOWED');
  await turn('phone_number', 'deactivate');
  expect(await factorsOf()).toEqual(['email']);
  await turn('phone_number', 'activate');
  await admin(okta, ['PUT', `/api/v1/policies/${id}`], { body: { ...policy } });
  await admin(okta, ['DELETE', rule]);
});

test('without the feature of direct authentication no app has the grants of a second factor', async () => {
  const features = (await admin(okta, ['GET', '/api/v1/features'])).body as unknown as Json[];
  const idOf = (name: string) => features.find((one) => one['name'] === name)?.['id'];
  const turn = (name: string, step: string) =>
    admin(okta, ['POST', `/api/v1/features/${idOf(name)}/${step}`]);
  const mfa = 'http://auth0.com/oauth/grant-type/mfa-otp';
  const rule = await demandTwoFactors();
  await withApp({ grant_types: ['password', mfa] }, async () => {
    expect(await token()).toMatchObject({ status: 403, error: 'mfa_required' });
    await turn('Direct Authentication', 'disable');
    expect(await token()).toMatchObject({
      error_description: expect.stringContaining('cannot be used with MFA enabled'),
    });
    expect(await token({ grant_type: mfa })).toMatchObject({ error: 'unsupported_grant_type' });
    await turn('Direct Authentication', 'enable');
  });
  await admin(okta, ['DELETE', rule]);

  await turn('Email Customizations', 'disable');
  const template = '/api/v1/brands/bnd1embeddedOrg00000/templates/email/ForgotPassword';
  const mail = { language: 'fr', subject: 'x', body: `\${resetPasswordLink}` };
  const refused = await admin(okta, ['POST', `${template}/customizations`], { body: mail });
  expect(refused).toMatchObject({ status: 401, body: { errorCode: 'E0000015' } });
  await turn('Email Customizations', 'enable');
});

/** By the global session policy. @returns the path of the policy that says so */
async function demandTwoFactors(): Promise<string> {
  const body = { type: 'OKTA_SIGN_ON', name: 'Two factors' };
  const path = `/api/v1/policies/${(await made(okta, '/api/v1/policies', body)).id}`;
  const actions = { signon: { access: 'ALLOW', requireFactor: true } };
  await made(okta, `${path}/rules`, { type: 'SIGN_ON', name: 'All', actions });
  return path;
}

async function authn(path: string, body: Json): Promise<Json> {
  const answer = await fetch(`${okta.url}/api/v1/authn${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  });
  return { code: answer.status, ...((await answer.json()) as Json) };
}

test('the global session policy refuses a sign-in, or asks for a factor', async () => {
  const policy = await made(okta, '/api/v1/policies', { type: 'OKTA_SIGN_ON', name: 'Customers' });
  const rule = (signon: Json) => ({ type: 'SIGN_ON', name: 'All', actions: { signon } });
  const path = `/api/v1/policies/${policy.id}/rules`;
  const { id } = await made(okta, path, rule({ access: 'DENY' }));
  const credentials = { username: customer.login, password };
  expect(await authn('', credentials)).toMatchObject({ code: 403, errorCode: 'E0000085' });
  expect(await token()).toMatchObject({
    error_description: expect.stringContaining('denied by sign on policy'),
  });
  await admin(okta, ['PUT', `${path}/${id}`], {
    body: rule({ access: 'ALLOW', requireFactor: true }),
  });
  expect(await authn('', credentials)).toMatchObject({ code: 200, status: 'MFA_REQUIRED' });
  await admin(okta, ['DELETE', `/api/v1/policies/${policy.id}`]);
  expect(await authn('', credentials)).toMatchObject({ code: 200, status: 'SUCCESS' });
});

test('the password policy of a group decides on its members, by its rule as well', async () => {
  const group = await made(okta, '/api/v1/groups', { profile: { name: 'strict' } });
  await admin(okta, ['PUT', `/api/v1/groups/${group.id}/users/${user}`]);
  const policy = await made(okta, '/api/v1/policies', {
    type: 'PASSWORD',
    name: 'Strict',
    conditions: { people: { groups: { include: [group.id] } } },
    settings: { password: { complexity: { minLength: 30 } } },
  });
  const recover = { username: customer.login, factorType: 'EMAIL' };
  // No rule of it allows anything yet.
  expect(await authn('/recovery/password', recover)).toMatchObject({
    code: 403,
    errorCode: 'E0000034',
  });
  const allow = { access: 'ALLOW' };
  await made(okta, `/api/v1/policies/${policy.id}/rules`, {
    type: 'PASSWORD',
    name: 'All',
    actions: { passwordChange: allow, selfServicePasswordReset: allow },
  });
  expect(await authn('/recovery/password', recover)).toMatchObject({
    status: 'RECOVERY_CHALLENGE',
  });
  expect(await authn('/recovery/unlock', recover)).toMatchObject({
    code: 403,
    errorCode: 'E0000032',
  });
  const short = { oldPassword: { value: password }, newPassword: { value: 'Other-Horse-77' } };
  const path = `/api/v1/users/${user}/credentials/change_password`;
  expect((await admin(okta, ['POST', path], { body: short })).body.errorCode).toBe('E0000014');
  await admin(okta, ['DELETE', `/api/v1/policies/${policy.id}`]);
  const turned = await admin(okta, ['POST', path], { body: short });
  expect(turned.status).toBe(200);
  await admin(okta, ['POST', path], {
    body: { oldPassword: short.newPassword, newPassword: { value: 'Correct-Horse-78' } },
  });
});

test('a minimum age of passwords turns the mail of a reset into one that denies it', async () => {
  const allow = { access: 'ALLOW' };
  const policy = await made(okta, '/api/v1/policies', {
    type: 'PASSWORD',
    name: 'Slow',
    settings: { password: { age: { minAgeMinutes: 60 } } },
  });
  const actions = { passwordChange: allow, selfServicePasswordReset: allow };
  await made(okta, `/api/v1/policies/${policy.id}/rules`, {
    type: 'PASSWORD',
    name: 'All',
    actions,
  });
  const recover = { username: customer.login, factorType: 'EMAIL' };
  expect(await authn('/recovery/password', recover)).toMatchObject({
    status: 'RECOVERY_CHALLENGE',
  });
  expect(okta.outbox.to(customer.email).at(-1)).toMatchObject({
    kind: 'PASSWORD_RESET_DENIED',
    token: null,
  });
  await admin(okta, ['DELETE', `/api/v1/policies/${policy.id}`]);
  await authn('/recovery/password', recover);
  expect(okta.outbox.to(customer.email).at(-1)).toMatchObject({ kind: 'PASSWORD_RESET' });
});

test('a customized mail leads where its link says, in the language of the user, or is not sent', async () => {
  const template = '/api/v1/brands/bnd1embeddedOrg00000/templates/email/ForgotPassword';
  const link = `<a href="https://shop.example/reset?t=\${recoveryToken}">Reset</a>`;
  const mail = (language: string, body: string) => ({
    language,
    subject: `Reset ${language}`,
    body,
  });
  const bare = await admin(okta, ['POST', `${template}/customizations`], {
    body: mail('en', link),
  });
  expect([bare.status, bare.body.errorCode]).toEqual([400, 'E0000001']);
  const hidden = `${link}<div hidden>\${resetPasswordLink}</div>`;
  await made(okta, `${template}/customizations`, mail('en', hidden));
  await made(okta, `${template}/customizations`, mail('de', hidden));
  await authn('/recovery/password', { username: customer.login, factorType: 'EMAIL' });
  const last = okta.outbox.to(customer.email).at(-1);
  expect(last).toMatchObject({
    subject: 'Reset en',
    link: `https://shop.example/reset?t=${last?.token}`,
  });
  const { length } = okta.outbox.all();
  await admin(okta, ['PUT', `${template}/settings`], { body: { recipients: 'NO_USERS' } });
  await authn('/recovery/password', { username: customer.login, factorType: 'EMAIL' });
  expect(okta.outbox.all()).toHaveLength(length);
});

test('the address of a caller is that of the connection, until a zone names it as a proxy', async () => {
  const seenFrom = async () => {
    await fetch(`${okta.url}/api/v1/authn`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.7' },
      body: JSON.stringify({ username: 'nobody@example.com', password: 'x' }),
    });
    return okta.events.all().at(-1)?.client?.ipAddress;
  };
  expect(await seenFrom()).toBe('127.0.0.1');
  const zone = {
    type: 'IP',
    name: 'Shop',
    gateways: [],
    proxies: [{ type: 'CIDR', value: '127.0.0.0/8' }],
  };
  const { id } = await made(okta, '/api/v1/zones', zone);
  expect(await seenFrom()).toBe('203.0.113.7');
  await admin(okta, ['POST', `/api/v1/zones/${id}/lifecycle/deactivate`]);
  expect(await seenFrom()).toBe('127.0.0.1');
});

test('a rule with a zone is for requests from there, as long as the zone is active, and not for groups that it excludes', async () => {
  const zone = await made(okta, '/api/v1/zones', {
    type: 'IP',
    name: 'Office',
    gateways: [{ type: 'CIDR', value: '127.0.0.1/32' }],
  });
  const body = { type: 'OKTA_SIGN_ON', name: 'Office' };
  const path = `/api/v1/policies/${(await made(okta, '/api/v1/policies', body)).id}`;
  const rule = (name: string, conditions: Json, access: string) => ({
    type: 'SIGN_ON',
    name,
    conditions,
    actions: { signon: { access } },
  });
  const from = (zones: Json) => ({ network: { connection: 'ZONE', ...zones } });
  const office = await made(
    okta,
    `${path}/rules`,
    rule('Office', from({ include: [zone.id] }), 'DENY'),
  );
  await made(okta, `${path}/rules`, rule('All', {}, 'ALLOW'));
  // As an earlier test has left it.
  const signIn = () => authn('', { username: customer.login, password: 'Correct-Horse-78' });
  expect(await signIn()).toMatchObject({ code: 403 });
  await admin(okta, ['POST', `/api/v1/zones/${zone.id}/lifecycle/deactivate`]);
  expect(await signIn()).toMatchObject({ code: 200 });
  await admin(okta, ['POST', `/api/v1/zones/${zone.id}/lifecycle/activate`]);

  const change = (conditions: Json) =>
    admin(okta, ['PUT', `${path}/rules/${office.id}`], {
      body: { ...rule('Office', conditions, 'DENY'), priority: 1 },
    });
  await change(from({ exclude: [zone.id] }));
  expect(await signIn()).toMatchObject({ code: 200 });
  await change({});
  expect(await signIn()).toMatchObject({ code: 403 });
  await change({ people: { groups: { exclude: [everyone] } } });
  expect(await signIn()).toMatchObject({ code: 200 });
  await admin(okta, ['DELETE', path]);
  await admin(okta, ['DELETE', `/api/v1/zones/${zone.id}`]);
});

test('a backend gets its scope by the policy for its client', async () => {
  const settings = {
    application_type: 'service',
    grant_types: ['client_credentials'],
    response_types: ['token'],
  };
  const created = await made(okta, '/api/v1/apps', oidcApp('Backend', settings));
  const { oauthClient } = created['credentials'] as { oauthClient: { client_secret: string } };
  const client = { id: created.id, secret: oauthClient.client_secret };
  const asks = { grant_type: 'client_credentials', scope: 'orders' };
  expect(await token(asks, client)).toMatchObject({ status: 401, error: 'access_denied' });
  const policy = await made(okta, `${server}/policies`, {
    ...accessPolicy,
    name: 'Backend',
    conditions: { clients: { include: [client.id] } },
  });
  await made(okta, `${server}/policies/${policy.id}/rules`, {
    ...accessRule(),
    conditions: {
      grantTypes: { include: ['client_credentials'] },
      scopes: { include: ['orders'] },
    },
  });
  expect(await token(asks, client)).toMatchObject({ status: 200, scope: 'orders' });
  const scopes = (await admin(okta, ['GET', `${server}/scopes`])).body as unknown as Json[];
  const { id, ...orders } = scopes.find(({ name }) => name === 'orders') ?? {};
  const consent = { ...orders, consent: 'REQUIRED' };
  await admin(okta, ['PUT', `${server}/scopes/${id}`], { body: consent });
  expect(await token(asks, client)).toMatchObject({ status: 400, error: 'consent_required' });
});

test('an enforced limit per client stops the 61st request of a minute from one address', async () => {
  const path = '/api/v1/rate-limit-settings/per-client';
  await admin(okta, ['PUT', path], { body: { defaultMode: 'ENFORCE' } });
  const ask = async () =>
    (await fetch(`${okta.issuer}/v1/authorize?client_id=${app.id}`, { redirect: 'manual' })).status;
  const statuses = new Set<number>();
  for (let n = 0; n < 60; n += 1) statuses.add(await ask());
  expect([...statuses]).toEqual([400]);
  expect(await ask()).toBe(429);
  await admin(okta, ['PUT', path], { body: { defaultMode: 'PREVIEW' } });
  expect(await ask()).toBe(400);
});
