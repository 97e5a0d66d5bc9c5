import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { ValidateTokenDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { call } from '../embedded/call.ts';
import { type Stack, startStack } from '../support/start.ts';
import { logIn, type Session } from './flows.ts';

const secret = 'a-secret-of-this-hook';
let stack: Stack;
let session: Session;
let userId: string;

beforeAll(async () => {
  stack = await startStack({ secrets: { hookSecrets: [secret] } });
  await stack.okta.hooks.register({ url: `${stack.url}/hooks/okta`, secret });
});
beforeEach(async () => {
  await stack.okta.reset();
  // Events from before the reset must not affect tokens from after it.
  stack.clock.advance(61_000);
  session = await logIn(stack);
  userId = (await validated()).userId ?? '';
  await stack.okta.hooks.settled();
  stack.clock.advance(61_000);
});
afterAll(() => stack.close());

async function validated(token = session.accessToken, at = stack) {
  const input = { token, freshness: 'LOCAL' as const };
  const headers = { authorization: at.basic };
  const { data } = await at.gql(ValidateTokenDocument, { input }, headers);
  if (!data?.validateToken) throw new Error('No answer.');
  return data.validateToken;
}

async function send(method: 'POST' | 'DELETE', action: string, body?: object): Promise<void> {
  const { status } = await call(stack.okta, [method, `/api/v1/users/${userId}${action}`], { body });
  expect(status).toBeLessThan(300);
}

async function atOkta(...change: Parameters<typeof send>): Promise<void> {
  await send(...change);
  await stack.okta.hooks.settled();
}

const deliveries = () => stack.logs.filter((line) => line.includes('"/hooks/okta"'));
/** What was in each delivery, in the order in which they came. */
const received = () => {
  const line = z.object({ events: z.record(z.string(), z.number()).default({}) });
  return deliveries().flatMap((each) => Object.keys(line.parse(JSON.parse(each)).events));
};
const calls = () => stack.okta.requests.all().length;

test.each([
  ['suspended', 'POST', '/lifecycle/suspend'],
  ['deactivated', 'POST', '/lifecycle/deactivate'],
  ['logged out of everything', 'DELETE', '/sessions?oauthTokens=true'],
] as const)('the token of a customer who was %s at Okta is over', async (_name, method, action) => {
  expect(await validated()).toMatchObject({ active: true, checkedBy: 'LOCAL' });
  await atOkta(method, action);
  expect(await validated()).toMatchObject({ active: false, reason: 'REVOKED' });
});

test('a token that may have been revoked is introspected once, and stays valid', async () => {
  await atOkta('DELETE', '/sessions');
  stack.okta.requests.clear();
  expect(await validated()).toMatchObject({ active: true, checkedBy: 'INTROSPECT' });
  const asked = calls();
  expect(asked).toBeGreaterThan(0);
  expect(await validated()).toMatchObject({ active: true });
  expect(calls()).toBe(asked);
});

test('deliveries that come twice and in another order say no more than what happened', async () => {
  // Both are pending then, and the later one is sent first.
  stack.okta.hooks.trouble({ duplicate: true, reorder: true, delayMs: 60 });
  await send('POST', '/lifecycle/suspend');
  await send('POST', '/lifecycle/unsuspend');
  const before = received().length;
  await stack.okta.hooks.settled();
  const [unsuspend, suspend] = ['user.lifecycle.unsuspend', 'user.lifecycle.suspend'];
  const inOrder = [unsuspend, 'repeated', suspend, 'repeated'];
  await expect.poll(() => received().slice(before)).toEqual(inOrder);
  expect(await validated()).toMatchObject({ active: false, reason: 'REVOKED' });
  const { accessToken } = await logIn(stack);
  expect(await validated(accessToken)).toMatchObject({
    active: true,
    user: { status: 'ACTIVE' },
  });
  expect(deliveries().join('')).not.toMatch(new RegExp(`${userId}|@|${secret}`));
});

test('a profile that was changed at Okta shows at once', async () => {
  expect((await validated()).user?.firstName).not.toBe('Augusta');
  await atOkta('POST', '', { profile: { firstName: 'Augusta' } });
  expect((await validated()).user?.firstName).toBe('Augusta');
});

test('a process that starts learns from the System Log what no hook has delivered', async () => {
  const { clientId, clientSecret } = stack.okta.seeded.apiClient;
  await fetch(`${stack.okta.issuer}/v1/revoke`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ token: session.accessToken }),
  });
  await stack.okta.hooks.settled();
  expect(await validated()).toMatchObject({ active: true, checkedBy: 'LOCAL' });

  const second = await startStack({ beside: stack, events: { logPollSeconds: 60 } });
  try {
    const other = await logIn(second);
    await expect
      .poll(async () => (await validated(session.accessToken, second)).active)
      .toBe(false);
    const verdict = await validated(other.accessToken, second);
    expect(verdict).toMatchObject({ active: true });
    expect(verdict.revocationLagSeconds).toBeLessThan(60);
  } finally {
    await second.close();
  }
});
