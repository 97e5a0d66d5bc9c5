import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TypedDocumentString } from '../../../src/clients/storefront/documents/graphql.ts';
import {
  type Exchange,
  RequestRefused,
  Session,
  WritableSession,
} from '../../../src/clients/storefront/index.ts';
import { names } from '../../support/accounts.ts';
import type { Stack } from '../../support/start.ts';
import {
  clientOf,
  demo,
  keys,
  openBrowser,
  origin,
  sessionsOf,
  startReady,
  watchedFetch,
} from './storefront.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startReady();
}, 60_000);
beforeEach(() => stack.okta.reset());
afterAll(() => stack.close());

async function signedInBrowser(sessions = sessionsOf(stack), credentials = demo) {
  const browser = openBrowser();
  const visit = browser.visit();
  const session = await sessions.open(visit);
  expect(await session.logIn(credentials)).toEqual({ __typename: 'LogInSuccess' });
  browser.take(visit.lines);
  return { browser, visit, session, sessions };
}

test('a log-in sets a sealed cookie, and the next request reads the account', async () => {
  const { browser, visit, session, sessions } = await signedInBrowser();
  expect(session.state).toBe('signedIn');
  expect(visit.lines.find((line) => line.startsWith('__Host-account='))).toMatch(
    /; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure$/,
  );
  expect(visit.answerHeaders).toEqual({ 'cache-control': 'private, no-store', vary: 'Cookie' });
  const token = session.accessToken() ?? '';
  expect(visit.lines.join()).not.toContain(token.slice(0, 40));

  const next = await sessions.get(browser.visit('GET').headers);
  expect(next.state).toBe('signedIn');
  expect(next.accessToken()).toBe(token);
  expect(await next.me({ factors: true })).toMatchObject({ email: demo.email, factors: [] });
  const own = new TypedDocumentString<{ me: { login: string } }, object>('{ me { login } }');
  expect(await next.query(own, {})).toEqual({ me: { login: demo.email } });
  const change = new TypedDocumentString<object, object>('# A comment\nmutation M { x }');
  await expect(next.query(change, {})).rejects.toThrow('The document is a mutation');
});

test('neither printing nor JSON shows a token of a session', async () => {
  const { session } = await signedInBrowser();
  const token = session.accessToken() ?? '';
  expect(token).toMatch(/^eyJ/);
  expect(inspect(session, { depth: null, showHidden: true })).not.toContain(token);
  expect(JSON.stringify({ session })).toBe('{"session":{}}');
  expect(JSON.stringify({ ...session })).toBe('{}');
});

test('a request that cannot set cookies gets a session that cannot log in', async () => {
  const exchange: Exchange = openBrowser().visit('GET');
  const sessions = sessionsOf(stack);
  const session = await sessions.open({ ...exchange, write: undefined });
  expect(session).toBeInstanceOf(Session);
  expect(session).not.toBeInstanceOf(WritableSession);
  // @ts-expect-error The type has no such method either.
  expect(() => session.logIn(demo)).toThrow(TypeError);
  expect([session.state, session.reason]).toEqual(['signedOut', 'NO_SESSION']);
});

test('a visit alone sets no cookie', async () => {
  const visit = openBrowser().visit('GET');
  const session = await sessionsOf(stack).open(visit);
  expect(await session.me()).toBeNull();
  expect((await session.accountConfig()).signUp.mode).toBe('ACTIVE');
  expect(visit.lines).toEqual([]);
});

test('a refused log-in leaves everybody signed out, and wrong input is an outcome', async () => {
  const visit = openBrowser().visit();
  const session = await sessionsOf(stack).open(visit);
  expect(await session.logIn({ ...demo, password: 'wrong' })).toMatchObject({
    __typename: 'InvalidCredentials',
    code: 'INVALID_CREDENTIALS',
  });
  expect(await session.logIn({ email: '', password: '' })).toMatchObject({
    __typename: 'ValidationFailed',
    fields: [{ field: 'email' }, { field: 'password' }],
  });
  expect(session.state).toBe('signedOut');
  expect(visit.lines.filter((line) => line.startsWith('__Host-account='))).toEqual([]);
});

test('an API that cannot be reached is the outcome UpstreamUnavailable, as if Okta were', async () => {
  const client = clientOf(stack, { url: 'http://127.0.0.1:9/graphql' });
  const session = await sessionsOf(stack, { client }).open(openBrowser().visit());
  expect(await session.logIn(demo)).toEqual({
    __typename: 'UpstreamUnavailable',
    code: 'UPSTREAM_UNAVAILABLE',
    message: expect.stringContaining('LogIn: NETWORK'),
    retryable: true,
  });
});

test.each([
  ['another site', 'POST', { origin: 'https://evil.example' }, 'https://evil.example', [origin]],
  ['a sandboxed frame', 'POST', { origin: 'null' }, 'null', [origin]],
  ['an odd scheme', 'POST', { origin: 'null', 'x-forwarded-proto': 'data' }, 'null', [origin]],
  ['another scheme', 'POST', { origin: 'http://shop.example' }, 'http://shop.example', [origin]],
  ['a link', 'GET', {}, 'GET', ['POST', 'PUT', 'PATCH', 'DELETE']],
])(
  '%s changes nothing, and the refusal says which two differ',
  async (_, method, headers, sent, expected) => {
    const { browser, sessions } = await signedInBrowser();
    const visit = browser.visit(method, headers);
    const session = await sessions.open(visit);
    const refusals = await Promise.allSettled([
      session.logIn(demo),
      session.logOut(),
      session.logOut({ scope: 'OTHER_SESSIONS' }),
      session.updateProfile({ firstName: 'Eve' }),
      session.verifyMfa({ factorId: 'x', code: '123456' }),
      session.confirmEmailChange({ code: '123456' }),
      session.deleteAccount({ password: demo.password }),
      session.mutate(new TypedDocumentString<object, object>('mutation { x }'), {}),
    ]);
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        status: 'rejected',
        reason: { status: 403, sent, expected },
      });
    }
    expect(visit.lines).toEqual([]);
    expect((await session.me())?.firstName).not.toBe('Eve');
  },
);

test('a request without an origin is refused, and origins of the settings are accepted', async () => {
  const visit = openBrowser().visit();
  visit.headers.delete('origin');
  const session = await sessionsOf(stack).open(visit);
  await expect(session.logIn(demo)).rejects.toThrow(RequestRefused);
  await expect(session.logIn(demo)).rejects.toThrow(
    'The request came from the origin (none), and this storefront is https://shop.example.',
  );

  const origins = [origin, 'https://m.shop.example'];
  const fromApp = openBrowser('http://10.0.0.5').visit('POST', {
    origin: 'https://m.shop.example',
  });
  const outcome = await (await sessionsOf(stack, { origins }).open(fromApp)).logIn(demo);
  expect(outcome.__typename).toBe('LogInSuccess');
});

test.each([
  [1, {}, '203.0.113.7'],
  [2, {}, '198.51.100.9'],
  [3, {}, null],
  [1, { 'x-forwarded-for': '1.1.1.1, [2001:db8::7]:443' }, '2001:db8::7'],
  [1, { 'x-forwarded-for': '203.0.113.7:54321' }, '203.0.113.7'],
  [1, { 'x-forwarded-for': '::ffff:203.0.113.7' }, '203.0.113.7'],
  [1, { 'x-forwarded-for': 'unknown' }, null],
  [0, {}, '192.0.2.1'],
])('with %i trusted proxies and %j the shopper is at %s', async (trustedHops, headers, address) => {
  const { fetch, calls } = watchedFetch();
  const sessions = sessionsOf(stack, { client: clientOf(stack, { fetch }), trustedHops });
  const visit = { ...openBrowser().visit('POST', headers), address: '::ffff:192.0.2.1' };
  await (await sessions.open(visit)).verifyMfa({ factorId: 'x', code: '123456' });
  expect(calls[0]?.headers.get('x-client-ip')).toBe(address);
  expect(calls[0]?.headers.get('x-client-user-agent')).toBe('Browser/1');
  expect(calls[0]?.headers.get('accept-language')).toBe('de-CH');
});

test('the device is named at the first attempt, in 32 characters, and is the same ever after', async () => {
  const { fetch, calls } = watchedFetch();
  const sessions = sessionsOf(stack, { client: clientOf(stack, { fetch }) });
  const browser = openBrowser();
  for (const credentials of [{ ...demo, password: 'wrong' }, demo]) {
    const visit = browser.visit();
    await (await sessions.open(visit)).logIn(credentials);
    browser.take(visit.lines);
  }
  const devices = calls.map(({ headers }) => headers.get('x-device-id'));
  expect(devices[0]).toMatch(/^[\da-f]{32}$/);
  expect(devices[1]).toBe(devices[0]);
  const forged = openBrowser();
  forged.jar.set('__Host-account-device', 'x'.repeat(200));
  await (await sessions.open(forged.visit())).logIn(demo);
  expect(calls.at(-1)?.headers.get('x-device-id')).toMatch(/^[\da-f]{32}$/);
});

test('a seal that cannot be read is signed out with its reason, and a log-in replaces it', async () => {
  const { browser } = await signedInBrowser();
  const value = browser.jar.get('__Host-account') ?? '';
  const reasonWith = async (text: string, used: readonly string[] = [keys[0]]) => {
    browser.jar.set('__Host-account', text);
    const visit = browser.visit('GET');
    const session = await sessionsOf(stack, { keys: used }).open(visit);
    expect([session.state, visit.lines]).toEqual(['signedOut', []]);
    return session.reason;
  };
  expect(await reasonWith(value, [keys[1]])).toBe('UNKNOWN_KEY');
  expect(await reasonWith(value.slice(0, -3))).toBe('DAMAGED');
  stack.clock.advance(31 * 86_400_000);
  expect(await reasonWith(value)).toBe('SEAL_EXPIRED');
  const visit = browser.visit();
  expect(await (await sessionsOf(stack).open(visit)).logIn(demo)).toEqual({
    __typename: 'LogInSuccess',
  });
});

test('a replaced key seals from now on, and what the old one sealed still opens', async () => {
  const { browser } = await signedInBrowser();
  const rotated = sessionsOf(stack, { keys: [keys[1], keys[0]] });
  const visit = browser.visit();
  const session = await rotated.open(visit);
  expect(session.state).toBe('signedIn');
  stack.clock.advance(59.5 * 60_000);
  const later = browser.visit('GET');
  expect((await rotated.open(later)).state).toBe('signedIn');
  browser.take(later.lines);
  const onlyNew = sessionsOf(stack, { keys: [keys[1]] });
  expect((await onlyNew.get(browser.visit('GET').headers)).state).toBe('signedIn');
});

test('a log-out deletes the cookies and ends the session at Okta', async () => {
  const { browser, session, sessions } = await signedInBrowser();
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
  const { browser } = await signedInBrowser();
  const client = clientOf(stack, { url: 'http://127.0.0.1:9/graphql' });
  const visit = browser.visit();
  const session = await sessionsOf(stack, { client }).open(visit);
  expect((await session.logOut()).__typename).toBe('UpstreamUnavailable');
  browser.take(visit.lines);
  expect(browser.jar.has('__Host-account')).toBe(false);
});

test('the other sessions, or all of them, can be ended', async () => {
  const first = await signedInBrowser();
  const second = await signedInBrowser();
  const here = await second.sessions.open(second.browser.visit());
  expect(await here.logOut({ scope: 'OTHER_SESSIONS' })).toMatchObject({ sessionsEnded: 1 });
  expect([here.state, (await here.me())?.email]).toEqual(['signedIn', demo.email]);
  expect(await (await first.sessions.open(first.browser.visit('GET'))).me()).toBeNull();
  await here.logOut({ scope: 'EVERYWHERE' });
  expect(here.state).toBe('signedOut');
});

test('to end all sessions takes the API: the outcome says so where only the browser forgets', async () => {
  const { browser } = await signedInBrowser();
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
  const { browser, sessions } = await signedInBrowser();
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

test('a sign-up signs the customer in, and a deletion signs out', async () => {
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
