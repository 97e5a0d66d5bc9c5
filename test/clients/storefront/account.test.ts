import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { names } from '../../support/accounts.ts';
import type { Stack } from '../../support/start.ts';
import { clientOf, demo, openBrowser, sessionsOf, signIn, startReady } from './storefront.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startReady();
}, 60_000);
beforeEach(() => stack.okta.reset());
afterAll(() => stack.close());

test('a log-out deletes the cookies and ends the session at Okta', async () => {
  const { browser, session, sessions } = await signIn(sessionsOf(stack));
  const token = session.accessToken() ?? '';
  const visit = browser.visit();
  const leaving = await sessions.open(visit);
  expect(await leaving.logOut()).toMatchObject({
    __typename: 'LogOutSuccess',
    revoked: ['REFRESH_TOKEN', 'ACCESS_TOKEN'],
  });
  expect([leaving.state, leaving.reason]).toEqual(['signedOut', 'LOGGED_OUT']);
  browser.take(visit.lines);
  expect([...browser.jar.keys()]).toEqual(['__Host-account-device']);
  expect(await clientOf(stack).validateToken({ token })).toMatchObject({ active: false });
  // Once more, from a tab that shows the old page.
  expect(await (await sessions.open(browser.visit())).logOut()).toMatchObject({ revoked: [] });
});

test('a log-out is one for the browser, whether the API can be reached or not', async () => {
  const { browser } = await signIn(sessionsOf(stack));
  const client = clientOf(stack, { url: 'http://127.0.0.1:9/graphql' });
  const visit = browser.visit();
  const session = await sessionsOf(stack, { client }).open(visit);
  expect((await session.logOut()).__typename).toBe('UpstreamUnavailable');
  browser.take(visit.lines);
  expect(browser.jar.has('__Host-account')).toBe(false);
});

test('the other sessions, or all of them, can be ended', async () => {
  const first = await signIn(sessionsOf(stack));
  const second = await signIn(sessionsOf(stack));
  const here = await second.sessions.open(second.browser.visit());
  expect(await here.logOut({ scope: 'OTHER_SESSIONS' })).toMatchObject({ sessionsEnded: 1 });
  expect([here.state, (await here.me())?.email]).toEqual(['signedIn', demo.email]);
  expect(await (await first.sessions.open(first.browser.visit('GET'))).me()).toBeNull();
  await here.logOut({ scope: 'EVERYWHERE' });
  expect(here.state).toBe('signedOut');
});

test('tokens that two cookies do not hold are an outcome of their own, and are revoked', async () => {
  const random = () => randomBytes(60).toString('base64url');
  const scopes = ['openid', 'offline_access', ...Array.from({ length: 150 }, random)];
  const rule = {
    grantTypes: ['password', 'refresh_token', 'client_credentials'],
    scopes,
    accessTokenLifetimeMinutes: 60,
    refreshTokenLifetimeMinutes: 0,
    refreshTokenWindowMinutes: 10_080,
  };
  const policies = [{ clientIds: 'ALL_CLIENTS' as const, rules: [rule] }];
  const server = { id: 'default', audience: 'api://default', scopes, policies };
  const large = await startReady({ okta: { scopes }, seed: { authorizationServers: [server] } });
  onTestFinished(() => large.close());
  const visit = openBrowser().visit();
  const session = await sessionsOf(large).open(visit);
  expect(await session.logIn(demo)).toMatchObject({
    __typename: 'SessionTooLarge',
    code: 'SESSION_TOO_LARGE',
  });
  expect(session.state).toBe('signedOut');
  expect(visit.lines.map((line) => line.split('=')[0])).toEqual(['__Host-account-device']);
  const revoked = large.okta.requests.all().filter(({ path }) => path.endsWith('/revoke'));
  expect(revoked).not.toEqual([]);
});

test('to end all sessions takes the API: the outcome says so where only the browser forgets', async () => {
  const { browser } = await signIn(sessionsOf(stack));
  stack.clock.advance(60 * 60_000);
  const client = clientOf(stack, { url: 'http://127.0.0.1:9/graphql' });
  const visit = browser.visit();
  const session = await sessionsOf(stack, { client }).open(visit);
  const outcome = await session.logOut({ scope: 'EVERYWHERE' });
  expect(outcome.__typename).toBe('UpstreamUnavailable');
  browser.take(visit.lines);
  expect(browser.jar.has('__Host-account')).toBe(false);
});

test('a customer changes the profile and the password, and the session goes on', async () => {
  const { browser, sessions } = await signIn(sessionsOf(stack));
  const visit = browser.visit();
  const session = await sessions.open(visit);
  const before = session.accessToken();
  expect(await session.updateProfile({ firstName: 'Nora' })).toMatchObject({
    __typename: 'UpdateProfileSuccess',
    user: { firstName: 'Nora' },
  });
  const outcome = await session.changePassword({
    currentPassword: demo.password,
    newPassword: 'Better-Battery-9',
  });
  expect(outcome).toEqual({
    __typename: 'ChangePasswordSuccess',
    logInRequired: false,
    otherSessionsEnded: true,
  });
  expect(session.accessToken()).not.toBe(before);
  browser.take(visit.lines);
  expect(await (await sessions.get(browser.visit('GET').headers)).me()).toMatchObject({
    firstName: 'Nora',
  });
});

test('a sign-up shows no tokens, and a deletion of the account signs out', async () => {
  const browser = openBrowser();
  const visit = browser.visit();
  const session = await sessionsOf(stack).open(visit);
  const password = demo.password;
  const outcome = await session.signUp({ email: 'new@example.com', password, ...names });
  expect(outcome).not.toHaveProperty('tokens');
  expect(session.state).toBe('signedOut');
  await session.logIn({ email: 'new@example.com', password });
  expect(await session.deleteAccount({ password })).toMatchObject({
    __typename: 'DeleteAccountSuccess',
  });
  expect([session.state, session.reason]).toEqual(['signedOut', 'LOGGED_OUT']);
  await expect(session.updateProfile({ firstName: 'Eve' })).rejects.toMatchObject({
    code: 'CALLER_UNAUTHENTICATED',
  });
});
