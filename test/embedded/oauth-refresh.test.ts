import { beforeEach, expect, test } from 'vitest';
import { basicOf, clientLike, decode, introspect, refresh, signIn, token } from './oauth-calls.ts';
import { startOkta } from './start.ts';

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

const invalid = {
  error: 'invalid_grant',
  error_description: 'The refresh token is invalid or expired.',
};
const sticky = clientLike({
  clientId: '0oaSticky',
  refreshToken: { rotation: 'STATIC', leewaySeconds: 0 },
});
const hasty = clientLike({
  clientId: '0oaHasty',
  refreshToken: { rotation: 'ROTATE', leewaySeconds: 0 },
});
const mortal = clientLike({ clientId: '0oaMortal' });

const clock = { now: Date.now() };
const okta = await startOkta({
  now: () => clock.now,
  perUsernamePerSecond: 1000,
  seed: {
    clients: [sticky, hasty, mortal],
    authorizationServers: [
      {
        id: 'default',
        audience: 'api://default',
        scopes: ['openid', 'profile', 'email', 'offline_access'],
        policies: [
          {
            clientIds: [mortal.clientId],
            rules: [
              {
                grantTypes: ['password'],
                scopes: '*',
                accessTokenLifetimeMinutes: 5,
                refreshTokenLifetimeMinutes: 60,
                refreshTokenWindowMinutes: 40,
              },
            ],
          },
          {
            clientIds: 'ALL_CLIENTS',
            rules: [
              {
                grantTypes: ['password'],
                scopes: '*',
                accessTokenLifetimeMinutes: 60,
                refreshTokenLifetimeMinutes: 0,
                refreshTokenWindowMinutes: 10_080,
              },
            ],
          },
        ],
      },
    ],
  },
});

beforeEach(() => okta.reset());

test('rotation gives a new refresh token, and the answer lost on the way can be asked for again', async () => {
  const first = await signIn(okta);
  const second1 = await refresh(okta, first.refresh);
  clock.now += 29 * second;
  const second2 = await refresh(okta, first.refresh);
  expect(second1.refresh).not.toBe(first.refresh);
  expect(second2.refresh).toBe(second1.refresh);
  expect(second2.access).not.toBe(second1.access);
  expect((await refresh(okta, second1.refresh)).status).toBe(200);
});

test('parallel refreshes of one token within the leeway all get the same successor', async () => {
  const first = await signIn(okta);
  const replies = await Promise.all(Array.from({ length: 5 }, () => refresh(okta, first.refresh)));
  expect(new Set(replies.map((reply) => reply.refresh)).size).toBe(1);
  expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200, 200, 200]);
});

test('an old refresh token after the leeway kills its successor and every access token', async () => {
  const first = await signIn(okta);
  const next = await refresh(okta, first.refresh);
  const other = await signIn(okta);
  clock.now += 30 * second;
  const reused = await refresh(okta, first.refresh);
  expect(reused.status).toBe(400);
  expect(reused.body).toEqual(invalid);
  expect((await refresh(okta, next.refresh)).body).toEqual(invalid);
  for (const dead of [first.access, next.access, next.refresh]) {
    expect((await introspect(okta, dead)).body).toEqual({ active: false });
  }
  expect((await introspect(okta, other.access)).body).toMatchObject({ active: true });
});

test('with a leeway of 0 the second use is a reuse at once', async () => {
  const form = (refreshToken: string) =>
    token(okta, { grant_type: 'refresh_token', refresh_token: refreshToken }, basicOf(hasty));
  const first = await signIn(okta, {}, basicOf(hasty));
  const next = await form(first.refresh);
  expect(next.status).toBe(200);
  expect((await form(first.refresh)).body).toEqual(invalid);
  expect((await form(next.refresh)).body).toEqual(invalid);
});

test('a STATIC client keeps its refresh token', async () => {
  const first = await signIn(okta, {}, basicOf(sticky));
  const fields = { grant_type: 'refresh_token', refresh_token: first.refresh };
  clock.now += day;
  const next = await token(okta, fields, basicOf(sticky));
  expect(next.refresh).toBe(first.refresh);
  clock.now += day;
  expect((await token(okta, fields, basicOf(sticky))).status).toBe(200);
});

test('a refresh token dies unused after the idle window, and each use opens a new one', async () => {
  const first = await signIn(okta);
  clock.now += 6 * day;
  const next = await refresh(okta, first.refresh);
  clock.now += 6 * day;
  const last = await refresh(okta, next.refresh);
  expect(last.status).toBe(200);
  clock.now += 7 * day;
  expect((await refresh(okta, last.refresh)).body).toEqual(invalid);
});

test('rotation does not lengthen the life of the chain', async () => {
  const form = (refreshToken: string) =>
    token(okta, { grant_type: 'refresh_token', refresh_token: refreshToken }, basicOf(mortal));
  const first = await signIn(okta, {}, basicOf(mortal));
  clock.now += 35 * minute;
  const next = await form(first.refresh);
  expect(next.status).toBe(200);
  clock.now += 24 * minute;
  const last = await form(next.refresh);
  expect(last.status).toBe(200);
  clock.now += minute;
  expect((await form(last.refresh)).body).toEqual(invalid);
});

test('scopes may be narrowed, not widened, and a refused refresh does not use the token up', async () => {
  const first = await signIn(okta, { scope: 'openid email offline_access' });
  const wider = await refresh(okta, first.refresh, { scope: 'openid profile' });
  expect(wider.status).toBe(400);
  expect(wider.body).toEqual({
    error: 'access_denied',
    error_description:
      'Some of the scopes requested for the refresh request were not granted in the original authorize request. Denied scopes: [profile].',
  });
  const narrower = await refresh(okta, first.refresh, { scope: 'offline_access' });
  expect(narrower.body).toMatchObject({ scope: 'offline_access' });
  expect(narrower.id).toBe('');
  const whole = await refresh(okta, narrower.refresh);
  expect(whole.body['scope']).toBe('openid email offline_access');
  expect(decode(whole.id).claims['at_hash']).not.toBe(decode(first.id).claims['at_hash']);
});

test("a refresh keeps the time of the sign-in, and another client's token is refused", async () => {
  const first = await signIn(okta);
  clock.now += 10 * minute;
  const next = await refresh(okta, first.refresh);
  const { claims } = decode(next.access);
  expect(claims['auth_time']).toBe(decode(first.access).claims['auth_time']);
  const foreign = await token(
    okta,
    { grant_type: 'refresh_token', refresh_token: next.refresh },
    basicOf(sticky),
  );
  expect(foreign.body).toEqual(invalid);
  expect((await refresh(okta, next.refresh)).status).toBe(200);
});

test('refreshing ends with the status of the user, while the access token still verifies', async () => {
  const { email } = okta.seeded.customer;
  const first = await signIn(okta);
  okta.setStatus(email, 'SUSPENDED');
  expect((await refresh(okta, first.refresh)).body).toEqual(invalid);
  expect((await introspect(okta, first.access)).body).toEqual({ active: false });
  okta.setStatus(email, 'ACTIVE');
  const next = await refresh(okta, first.refresh);
  expect(next.status).toBe(200);
  okta.setStatus(email, 'DEPROVISIONED');
  okta.setStatus(email, 'ACTIVE');
  expect((await refresh(okta, next.refresh)).body).toEqual(invalid);
});
