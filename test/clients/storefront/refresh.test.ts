import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AccountClientSettings } from '../../../src/clients/storefront/index.ts';
import type { Stack } from '../../support/start.ts';
import {
  type Browser,
  clientOf,
  demo,
  openBrowser,
  refreshesIn,
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

const minute = 60_000;

/** The sessions of one process, and what it asks the API. */
function startProcess(settings: Partial<AccountClientSettings> = {}) {
  const { fetch, calls } = watchedFetch();
  return {
    sessions: sessionsOf(stack, { client: clientOf(stack, { fetch, ...settings }) }),
    calls,
  };
}

/** A browser whose access token ends in so many seconds. */
async function browserWith(secondsLeft: number): Promise<Browser> {
  const browser = openBrowser();
  const visit = browser.visit();
  const session = await startProcess().sessions.open(visit);
  expect(await session.logIn(demo)).toEqual({ __typename: 'LogInSuccess' });
  browser.take(visit.lines);
  stack.clock.advance(60 * minute - secondsLeft * 1_000);
  return browser;
}

test('a token is refreshed 60 seconds before it expires, and not sooner', async () => {
  const { sessions, calls } = startProcess();
  const browser = await browserWith(300);
  const early = browser.visit('GET');
  expect((await sessions.open(early)).state).toBe('signedIn');
  expect([calls.length, early.lines]).toEqual([0, []]);

  stack.clock.advance(241_000);
  const due = browser.visit('GET');
  const session = await sessions.open(due);
  expect(session.state).toBe('signedIn');
  expect(refreshesIn(calls)).toBe(1);
  expect(due.answerHeaders).toEqual({ 'cache-control': 'private, no-store', vary: 'Cookie' });
  browser.take(due.lines);
  expect(await (await sessions.open(browser.visit('GET'))).me()).toMatchObject({
    email: demo.email,
  });
  await session.refreshIfNeeded();
  expect(refreshesIn(calls)).toBe(1);
});

test('where no cookie can be set, nothing is refreshed: the token is used while it lasts', async () => {
  const { sessions, calls } = startProcess();
  const browser = await browserWith(10);
  const { headers } = browser.visit('GET');
  const last = await sessions.get(headers);
  expect([last.state, await last.me()]).toMatchObject(['signedIn', { email: demo.email }]);

  stack.clock.advance(11_000);
  const after = await sessions.get(headers);
  expect([after.state, after.reason]).toEqual(['signedOut', 'EXPIRED_READ_ONLY']);
  expect([await after.me(), after.accessToken()]).toEqual([null, null]);
  expect(refreshesIn(calls)).toBe(0);
  // The session goes on where cookies can be set.
  expect((await sessions.open(browser.visit('GET'))).state).toBe('signedIn');
});

test('two tabs at once, with several requests each, cost one refresh and both go on', async () => {
  const { sessions, calls } = startProcess();
  const browser = await browserWith(0);
  const visits = Array.from({ length: 10 }, () => browser.visit('GET'));
  const opened = await Promise.all(visits.map((visit) => sessions.open(visit)));
  expect(refreshesIn(calls)).toBe(1);
  const tokens = opened.map((session) => session.accessToken());
  expect(new Set(tokens).size).toBe(1);
  // Answers arrive in any order.
  for (const { lines } of visits.toReversed()) browser.take(lines);
  expect(await (await sessions.open(browser.visit('GET'))).me()).toMatchObject({
    email: demo.email,
  });
});

test('several processes, and a tab that comes late with the old cookie, get the same successor', async () => {
  const processes = [startProcess(), startProcess(), startProcess()];
  const browser = await browserWith(0);
  const old = browser.visit('GET');
  const opened = await Promise.all(
    processes.map(({ sessions }) => sessions.open(browser.visit('GET'))),
  );
  stack.clock.advance(20_000);
  const late = await processes[0]?.sessions.open(old);
  const tokens = [...opened, late].map((session) => session?.accessToken());
  expect(new Set(tokens).size).toBe(1);
  const okta = stack.okta.requests.all().filter(({ path }) => path.endsWith('/v1/token'));
  // The log-in, and one refresh.
  expect(okta).toHaveLength(2);
});

test('RefreshTokenRejected ends the session, and the cookies are deleted', async () => {
  const { sessions } = startProcess();
  const browser = await browserWith(0);
  const other = browser.visit();
  expect((await (await sessions.open(other)).logOut()).__typename).toBe('LogOutSuccess');

  // This tab still has the old cookies.
  const visit = browser.visit('GET');
  const session = await sessions.open(visit);
  expect([session.state, session.reason]).toEqual(['signedOut', 'REFRESH_TOKEN_REJECTED']);
  browser.take(visit.lines);
  expect([...browser.jar.keys()]).toEqual(['__Host-account-device']);
  expect(visit.answerHeaders).toHaveProperty('vary', 'Cookie');
});

test.each([
  [
    'RATE_LIMITED',
    {
      status: 429,
      headers: { 'x-rate-limit-reset': '4000000000' },
      body: '{"errorCode":"E0000047"}',
    },
  ],
  ['UPSTREAM_UNAVAILABLE', { status: 503, body: '' }],
])('%s keeps the cookie and the token, and says degraded', async (reason, answer) => {
  const { sessions, calls } = startProcess();
  const browser = await browserWith(30);
  const heal = stack.okta.fail({
    path: '/oauth2/default/v1/token',
    fault: { kind: 'answer', ...answer },
  });
  const visit = browser.visit('GET');
  const session = await sessions.open(visit);
  expect([session.state, session.reason]).toEqual(['degraded', reason]);
  expect(visit.lines).toEqual([]);
  expect(await session.me()).toMatchObject({ email: demo.email });

  // A page that asks again at once does not wait for the API again.
  expect((await sessions.open(browser.visit('GET'))).reason).toBe(reason);
  expect(refreshesIn(calls)).toBe(1);
  heal();
  stack.clock.advance(31_000);
  expect((await sessions.open(browser.visit('GET'))).state).toBe('signedIn');
});

test.each([
  ['NETWORK', () => 'http://127.0.0.1:9/graphql'],
  ['NOT_GRAPHQL', () => `${stack.okta.url}/outbox`],
])('%s keeps the session too, expired or not', async (reason, url) => {
  const browser = await browserWith(0);
  const { sessions } = startProcess({ url: url() });
  const visit = browser.visit('GET');
  const session = await sessions.open(visit);
  expect([session.state, session.reason]).toEqual(['degraded', reason]);
  expect([await session.me(), visit.lines]).toEqual([null, []]);
  expect((await startProcess().sessions.open(browser.visit('GET'))).state).toBe('signedIn');
});

test('a clock 70 minutes ahead costs one refresh in vain, and none on each page', async () => {
  const browser = await browserWith(5 * 60);
  const wrong = () => Date.now() + 70 * minute;
  const { fetch, calls } = watchedFetch();
  const ahead = stack.clock.now() - Date.now();
  const client = clientOf(stack, { fetch, now: wrong });
  const sessions = sessionsOf(stack, { client, now: () => wrong() + ahead });
  for (let page = 0; page < 3; page += 1) {
    const visit = browser.visit('GET');
    expect((await sessions.open(visit)).state).toBe('signedIn');
    browser.take(visit.lines);
  }
  expect(refreshesIn(calls)).toBe(1);
  expect(client.clockAhead()).toBeLessThan(-69 * minute);
});

test('a clock behind finds out by the refusal of the API, and refreshes then', async () => {
  const browser = await browserWith(0);
  stack.clock.advance(minute);
  const { fetch, calls } = watchedFetch();
  const behind = () => stack.clock.now() - 10 * minute;
  const sessions = sessionsOf(stack, { client: clientOf(stack, { fetch }), now: behind });
  const visit = browser.visit('GET');
  const session = await sessions.open(visit);
  expect(refreshesIn(calls)).toBe(0);
  const [first, second] = await Promise.all([session.me(), session.me()]);
  expect([first, second]).toMatchObject([{ email: demo.email }, { email: demo.email }]);
  expect(refreshesIn(calls)).toBe(1);
  expect(visit.lines.some((line) => line.startsWith('__Host-account='))).toBe(true);
});

test('a session that was ended elsewhere is noticed by the first call of the customer', async () => {
  const { sessions } = startProcess();
  const browser = await browserWith(30 * 60);
  const elsewhere = await sessions.open(browser.visit());
  await elsewhere.logOut({ scope: 'EVERYWHERE' });

  const visit = browser.visit('GET');
  const session = await sessions.open(visit);
  expect(session.state).toBe('signedIn');
  expect(await session.me()).toBeNull();
  expect([session.state, session.reason]).toEqual(['signedOut', 'REFRESH_TOKEN_REJECTED']);
  const reader = await sessions.get(browser.visit('GET').headers);
  expect(await reader.me()).toBeNull();
  expect(reader.state).toBe('signedOut');
});
