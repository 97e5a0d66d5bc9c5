import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TypedDocumentString } from '../../../src/clients/storefront/documents/graphql.ts';
import {
  type Exchange,
  RequestRefused,
  Session,
  WritableSession,
} from '../../../src/clients/storefront/index.ts';
import type { Stack } from '../../support/start.ts';
import {
  clientOf,
  demo,
  keys,
  openBrowser,
  origin,
  sessionsOf,
  signIn,
  startReady,
  watchedFetch,
} from './storefront.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startReady();
}, 60_000);
beforeEach(() => stack.okta.reset());
afterAll(() => stack.close());

test('a log-in sets a sealed cookie, and the next request reads the account', async () => {
  const { browser, visit, session, sessions } = await signIn(sessionsOf(stack));
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
  const { session } = await signIn(sessionsOf(stack));
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
    const { browser, sessions } = await signIn(sessionsOf(stack));
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
  const { browser } = await signIn(sessionsOf(stack));
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
  const { browser } = await signIn(sessionsOf(stack));
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
