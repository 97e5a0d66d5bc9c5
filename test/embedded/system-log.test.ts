import { beforeEach, describe, expect, test } from 'vitest';
import type { LogEvent } from '../../src/embedded/events/log-event.ts';
import { names } from '../support/accounts.ts';
import { call, publicCall, refused } from './call.ts';
import { basic, decode, post, refresh, sessionToken, signIn, userScope } from './oauth-calls.ts';
import { sdkAsServiceApp } from './sdk.ts';
import { startOkta } from './start.ts';

const clock = { now: Date.now() };
const org = await startOkta({
  now: () => clock.now,
  perUsernamePerSecond: 1000,
  rateLimits: { logs: 40 },
});
let customer: string;
let userId: string;

beforeEach(async () => {
  await org.reset();
  customer = `/api/v1/users/${org.seeded.customer.email}`;
  userId = (await call(org, ['GET', customer])).body.id;
});

const types = () => org.events.all().map(({ eventType }) => eventType);
const last = (type: string) => org.events.all().findLast(({ eventType }) => eventType === type);

interface Page {
  readonly events: readonly LogEvent[];
  readonly types: readonly string[];
  /** Path and query. */
  readonly next: string | null;
}

async function logs(query: string): Promise<Page> {
  const { status, body, headers } = await call(org, [
    'GET',
    query.startsWith('/') ? query : `/api/v1/logs${query}`,
  ]);
  expect(status).toBe(200);
  const events = body as unknown as LogEvent[];
  const next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
  return {
    events,
    types: events.map(({ eventType }) => eventType),
    next: next === undefined ? null : next.slice(org.url.length),
  };
}

const step = (path: string, body?: unknown) =>
  call(org, ['POST', `${customer}${path}`], body === undefined ? {} : { body });

describe('what is logged', () => {
  test('each operation on an account, about the user and by the caller', async () => {
    const cases: [type: string, act: () => Promise<unknown>][] = [
      ['user.lifecycle.suspend', () => step('/lifecycle/suspend')],
      ['user.lifecycle.unsuspend', () => step('/lifecycle/unsuspend')],
      ['user.account.expire_password', () => step('/lifecycle/expire_password')],
      ['user.account.update_profile', () => step('', { profile: { city: 'Hull' } })],
      ['user.account.reset_password', () => step('/lifecycle/reset_password?sendEmail=false')],
      ['user.lifecycle.reactivate', () => step('/lifecycle/reactivate')],
      [
        'user.account.update_password',
        () => step('', { credentials: { password: { value: 'Plough-Sky-42' } } }),
      ],
      ['user.mfa.factor.reset_all', () => step('/lifecycle/reset_factors')],
      ['user.session.clear', () => call(org, ['DELETE', `${customer}/sessions`])],
      ['user.lifecycle.deactivate', () => step('/lifecycle/deactivate')],
    ];
    for (const [type, act] of cases) {
      const before = org.events.all().length;
      await act();
      expect(org.events.all().slice(before)).toMatchObject([
        {
          eventType: type,
          outcome: { result: 'SUCCESS' },
          actor: { type: 'User', alternateId: 'administrator@example.com' },
          target: [{ id: userId, type: 'User', alternateId: org.seeded.customer.email }],
          transaction: { type: 'WEB' },
        },
      ]);
    }
    await call(org, ['DELETE', customer]);
    expect(types().slice(-2)).toEqual([
      'user.lifecycle.delete.initiated',
      'user.lifecycle.delete.completed',
    ]);
    expect((await logs(`?limit=1000&filter=target.id eq "${userId}"`)).types).toEqual(types());
  });

  test('a new account, a factor of it, and a change of its password with all sessions', async () => {
    const profile = { login: 'ada@example.com', email: 'ada@example.com', ...names };
    const password = { value: 'Plough-Sky-42' };
    const { body } = await call(org, ['POST', '/api/v1/users'], {
      body: { profile: { ...profile, firstName: 'A', lastName: 'L' }, credentials: { password } },
    });
    const factors = `/api/v1/users/${body.id}/factors`;
    const factor = { factorType: 'email', provider: 'OKTA' };
    const enrolled = await call(org, ['POST', `${factors}?activate=true`], { body: factor });
    await call(org, ['DELETE', `${factors}/${enrolled.body.id}`]);
    const change = { oldPassword: password, newPassword: { value: 'Barn-Owl-77' } };
    await call(org, ['POST', `/api/v1/users/${body.id}/credentials/change_password`], {
      body: { ...change, revokeSessions: true },
    });
    expect(types()).toEqual([
      'user.lifecycle.create',
      'user.lifecycle.activate',
      'user.mfa.factor.activate',
      'user.mfa.factor.deactivate',
      'user.account.update_password',
      'user.session.clear',
    ]);
  });

  test('sign-ins, right and wrong, the lock that they lead to and the unlock', async () => {
    const { email, password } = org.seeded.customer;
    await publicCall(org, '/api/v1/authn', { username: 'nobody@example.com', password });
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await publicCall(org, '/api/v1/authn', { username: email, password: 'wrong' });
    }
    await publicCall(org, '/api/v1/authn', { username: email, password });
    await step('/lifecycle/unlock');
    await publicCall(org, '/api/v1/authn', { username: email, password });
    const all = org.events.all();
    expect(all[0]).toMatchObject({
      eventType: 'user.session.start',
      severity: 'WARN',
      actor: { id: 'unknown', alternateId: 'nobody@example.com' },
      outcome: { result: 'FAILURE', reason: 'VERIFICATION_ERROR' },
    });
    expect(all.slice(-5).map(({ eventType, outcome }) => [eventType, outcome.reason])).toEqual([
      ['user.session.start', 'INVALID_CREDENTIALS'],
      ['user.account.lock', 'LOCKED_OUT'],
      ['user.session.start', 'LOCKED_OUT'],
      ['user.account.unlock_by_admin', undefined],
      ['user.session.start', undefined],
    ]);
    expect(all.at(-1)).toMatchObject({ actor: { id: userId, type: 'User' } });
    expect(last('user.account.lock')).toMatchObject({
      actor: { id: userId, type: 'User' },
      outcome: { result: 'FAILURE' },
    });
    expect(last('user.account.lock')).not.toHaveProperty('target');
  });

  test('the end of one of Okta’s sessions, by whose session it was', async () => {
    const token = await sessionToken(org);
    const { body } = await call(org, ['POST', '/api/v1/sessions'], {
      body: { sessionToken: token },
    });
    await call(org, ['DELETE', `/api/v1/sessions/${body.id}`]);
    expect(org.events.all().at(-1)).toMatchObject({
      eventType: 'user.session.end',
      actor: { id: userId, type: 'User' },
      authenticationContext: { externalSessionId: body.id },
    });
    expect(org.events.all().at(-1)).not.toHaveProperty('target');
  });

  test('tokens that are given out, refused, revoked and reused', async () => {
    const tokens = await signIn(org);
    const { jti } = decode(tokens.access).claims;
    const { clientId } = org.seeded.apiClient;
    const app = { id: clientId, type: 'PublicClientApp' };
    expect(types()).toEqual([
      'app.oauth2.as.token.grant.access_token',
      'app.oauth2.as.token.grant.refresh_token',
      'app.oauth2.as.token.grant.id_token',
    ]);
    expect(org.events.all()[0]).toMatchObject({
      actor: app,
      client: { id: clientId },
      target: [
        { id: jti, type: 'access_token', detailEntry: { subject: userId } },
        { id: userId, type: 'User' },
      ],
      debugContext: { debugData: { grantType: 'password', authorizationServer: 'default' } },
    });

    await signIn(org, { scope: 'no-such-scope' });
    expect(org.events.all().at(-1)).toMatchObject({
      eventType: 'app.oauth2.as.token.grant',
      outcome: { result: 'FAILURE', reason: 'invalid_scope' },
    });

    const authorization = basic(org.seeded.apiClient);
    await post(`${org.issuer}/v1/revoke`, { token: tokens.access }, authorization);
    expect(org.events.all().at(-1)).toMatchObject({
      eventType: 'app.oauth2.as.token.revoke',
      actor: app,
      target: [{ id: jti, type: 'access_token', detailEntry: { subject: userId } }],
    });

    await refresh(org, tokens.refresh);
    clock.now += 31_000;
    await refresh(org, tokens.refresh);
    const reuse = last('app.oauth2.as.token.detect_reuse');
    expect(reuse?.target).toMatchObject([{ id: expect.stringMatching(/^oar/) }, { id: userId }]);
  });

  test('revocations by an administrator, of one app’s tokens and of every token', async () => {
    await signIn(org, { scope: userScope });
    const { clientId } = org.seeded.apiClient;
    await call(org, ['DELETE', `${customer}/clients/${clientId}/tokens`]);
    expect(org.events.all().at(-1)).toMatchObject({
      eventType: 'app.oauth2.as.token.revoke',
      actor: { alternateId: 'administrator@example.com' },
      target: [{ type: 'refresh_token', detailEntry: { subject: userId } }],
    });
    await call(org, ['DELETE', `${customer}/sessions?oauthTokens=true`]);
    expect(types().slice(-2)).toEqual([
      'user.session.clear',
      'app.oauth2.token.revoke.implicit.user',
    ]);
  });

  test('no password, token or code, and the address of the client that the caller names', async () => {
    const { email, password } = org.seeded.customer;
    const tokens = await signIn(org);
    const session = await sessionToken(org);
    const state = 'state';
    const query = new URLSearchParams({
      client_id: org.seeded.apiClient.clientId,
      redirect_uri: org.seeded.apiClient.redirectUri,
      response_type: 'code',
      scope: userScope,
      state,
      sessionToken: session,
    });
    await fetch(`${org.issuer}/v1/authorize?${query}`, { redirect: 'manual' });
    await call(org, ['DELETE', `${customer}/sessions`], {
      headers: { 'x-forwarded-for': '203.0.113.9, 10.0.0.1', 'user-agent': 'Shop/1' },
    });
    const text = JSON.stringify(org.events.all());
    for (const secret of [password, tokens.access, tokens.refresh, tokens.id, session]) {
      expect(text).not.toContain(secret);
    }
    expect(text).toContain(email);
    expect(org.events.all().at(-1)).toMatchObject({
      client: { ipAddress: '203.0.113.9', userAgent: { rawUserAgent: 'Shop/1' } },
      request: { ipChain: [{ ip: '203.0.113.9', version: 'V4' }] },
    });
  });

  test('the requests of a service app, by the app', async () => {
    const scopes = ['okta.users.manage', 'okta.logs.read'];
    const { userApi, systemLogApi } = sdkAsServiceApp(org, scopes);
    await userApi.suspendUser({ userId });
    // Without an end the SDK would go on for ever.
    const until = new Date(clock.now + 1).toISOString();
    const found = await systemLogApi.listLogEvents({ until, filter: 'eventType sw "user."' });
    const events: (string | undefined)[] = [];
    await found.each((event) => {
      events.push(`${event.eventType} ${event.actor?.id}`);
    });
    expect(events).toEqual([`user.lifecycle.suspend ${org.seeded.managementApp.clientId}`]);
  });

  test('what tests do to a status', async () => {
    for (const status of ['LOCKED_OUT', 'ACTIVE', 'DEPROVISIONED'] as const) {
      org.setStatus(org.seeded.customer.email, status);
    }
    expect(types()).toEqual([
      'user.account.lock',
      'user.account.unlock_by_admin',
      'user.lifecycle.deactivate',
    ]);
    expect(org.events.all()[0]).toMatchObject({ actor: { type: 'User' } });
    expect(org.events.all()[1]).toMatchObject({ actor: { type: 'SystemPrincipal' } });
    expect(org.events.all()[0]).not.toHaveProperty('client');
  });
});

describe('GET /api/v1/logs', () => {
  async function clearings(count: number): Promise<void> {
    for (let made = 0; made < count; made += 1) {
      await call(org, ['DELETE', `${customer}/sessions`]);
      clock.now += 1000;
    }
  }

  test('a poll goes on from where the last one stopped, for ever and without a gap', async () => {
    await clearings(3);
    const first = await logs('?limit=2');
    expect(first.events).toHaveLength(2);
    const second = await logs(first.next ?? '');
    expect(second.events).toHaveLength(1);
    const empty = await logs(second.next ?? '');
    expect(empty.events).toEqual([]);
    // In the very millisecond of the poll, and after it.
    await clearings(2);
    const found = await logs(empty.next ?? '');
    expect([...first.events, ...second.events, ...found.events]).toEqual(org.events.all());
    expect(found.next).not.toBeNull();
  });

  test('a poll finds events that turned up late, although newer ones came before them', async () => {
    org.events.delayIndexing(5000);
    await step('/lifecycle/suspend');
    org.events.delayIndexing(0);
    clock.now += 1000;
    await step('/lifecycle/unsuspend');
    const early = await logs('');
    expect(early.types).toEqual(['user.lifecycle.unsuspend']);
    clock.now += 5000;
    expect((await logs(early.next ?? '')).types).toEqual(['user.lifecycle.suspend']);
    expect((await logs(`?until=${new Date(clock.now).toISOString()}`)).types).toEqual([
      'user.lifecycle.suspend',
      'user.lifecycle.unsuspend',
    ]);
  });

  test('a list between two times ends, in either order', async () => {
    await clearings(5);
    const at = org.events.all().map(({ published }) => published);
    const range = `since=${at[1]}&until=${at[3]}`;
    const first = await logs(`?${range}&limit=2&sortOrder=DESCENDING`);
    expect(first.events.map(({ published }) => published)).toEqual([at[3], at[2]]);
    const second = await logs(first.next ?? '');
    expect(second.events.map(({ published }) => published)).toEqual([at[1]]);
    expect(second.next).toBeNull();
    const latest = await logs('?sortOrder=DESCENDING&limit=1');
    expect(latest.events.map(({ published }) => published)).toEqual([at[4]]);
  });

  test('filters and keywords pick events out', async () => {
    await signIn(org);
    await signIn(org, { password: 'wrong' });
    await step('/lifecycle/suspend');
    const found = async (filter: string) =>
      (await logs(`?filter=${encodeURIComponent(filter)}`)).types;
    expect(await found('eventType eq "user.lifecycle.suspend"')).toEqual([
      'user.lifecycle.suspend',
    ]);
    expect(
      await found(
        '(eventType sw "user." or eventType ew "refresh_token") and outcome.result eq "SUCCESS"',
      ),
    ).toEqual(['app.oauth2.as.token.grant.refresh_token', 'user.lifecycle.suspend']);
    expect(await found(`target.id eq "${userId}" and actor.type ne "PublicClientApp"`)).toEqual([
      'user.lifecycle.suspend',
    ]);
    expect(await found('target.detailEntry.subject pr and not (target.type co "_token")')).toEqual(
      [],
    );
    expect((await logs('?q=Suspend%20okta')).types).toEqual(['user.lifecycle.suspend']);
    expect((await logs('?q=Suspen')).types).toEqual([]);
  });

  test('bad queries are refused as Okta refuses them', async () => {
    const problem = async (query: string) =>
      refused(await call(org, ['GET', `/api/v1/logs?${query}`])).slice(0, 2);
    expect(await problem('filter=eventType eqq "a"')).toEqual([400, 'E0000053']);
    expect(await problem('filter=published gt "2026-01-01"')).toEqual([400, 'E0000053']);
    expect(await problem('filter=target[id eq "a"]')).toEqual([400, 'E0000053']);
    expect(await problem('until=yesterday')).toEqual([400, 'E0000001']);
    expect(await problem('limit=1001')).toEqual([400, 'E0000001']);
    expect(await problem(`q=${'a'.repeat(41)}`)).toEqual([400, 'E0000001']);
    expect(await problem('after=nothing')).toEqual([400, 'E0000020']);
  });

  test('it needs okta.logs.read and has a rate limit of its own', async () => {
    const tokens = await signIn(org);
    const path = '/api/v1/logs';
    const withHeader = (authorization: string) =>
      call(org, ['GET', path], { headers: { authorization } });
    expect((await withHeader(`Bearer ${tokens.access}`)).body.errorCode).toBe('E0000011');
    const { headers } = await call(org, ['GET', path]);
    expect(headers.get('x-rate-limit-limit')).toBe('40');
    while (Number((await call(org, ['GET', path])).headers.get('x-rate-limit-remaining')) > 0);
    expect((await call(org, ['GET', path])).status).toBe(429);
    expect((await call(org, ['GET', customer])).status).toBe(200);
  });
});
