import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stack, startStack } from '../../support/start.ts';
import { demo, openBrowser, sessionsOf } from './storefront.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

async function signedInBrowser(sessions = sessionsOf(stack)) {
  const browser = openBrowser();
  const visit = browser.visit();
  const session = await sessions.open(visit);
  expect(await session.logIn(demo)).toEqual({ __typename: 'LogInSuccess' });
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

  const next = await sessions.get(browser.visit('GET').headers);
  expect(next.state).toBe('signedIn');
  expect(await next.me()).toMatchObject({ email: demo.email });
});

test('neither printing nor JSON shows a token of a session', async () => {
  const { session } = await signedInBrowser();
  const token = session.accessToken() ?? '';
  expect(token).toMatch(/^eyJ/);
  expect(inspect(session, { depth: null, showHidden: true })).not.toContain(token);
  expect(JSON.stringify({ session })).toBe('{"session":{}}');
  expect(() => structuredClone(session)).not.toThrow();
});
