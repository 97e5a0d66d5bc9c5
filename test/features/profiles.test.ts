import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  MeDocument,
  UpdateProfileDocument,
  UserDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { type Stack, startStack } from '../support/start.ts';
import { bearer, logIn } from './flows.ts';

const customers = Array.from({ length: 20 }, (_, index) => ({
  id: `00ucrowd${String(index).padStart(12, '0')}`,
  email: `customer-${index}@example.com`,
  password: 'Correct-Horse-7',
}));
const [ada, eve] = customers as [(typeof customers)[0], (typeof customers)[0]];

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ seed: { users: customers } });
});
afterAll(() => stack.close());

const asService = () => ({ authorization: stack.basic });
const me = async (token: string) => {
  const { data, errors } = await stack.gql(MeDocument, {}, bearer(token));
  return data?.me ?? errors?.[0]?.extensions?.['code'];
};
/** The ids that Okta was asked for, call by call. */
const reads = () =>
  stack.okta.requests
    .all()
    .filter(({ method, path }) => method === 'GET' && path === '/api/v1/users')
    .map(({ query }) => decodeURIComponent(query).match(/00u\w+/g) ?? []);

/** 16 at a time. */
async function validateAll(tokens: readonly string[]): Promise<readonly (string | undefined)[]> {
  const emails: (string | undefined)[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < tokens.length; index = next++) {
      const input = { token: tokens[index] ?? '' };
      const { data } = await stack.gql(ValidateTokenDocument, { input }, asService());
      emails[index] = data?.validateToken?.user?.email;
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return emails;
}

test('200 validations of 20 customers ask Okta for each of them once, and 200 more for none', async () => {
  const sessions = await Promise.all(customers.map((customer) => logIn(stack, customer)));
  const order = Array.from({ length: 200 }, (_, index) => (index * 7) % 20);
  const tokens = order.map((index) => sessions[index]?.accessToken ?? '');
  const emails = order.map((index) => customers[index]?.email);
  const slow = { path: '/api/v1/users', fault: { kind: 'delay', ms: 100 } } as const;
  onTestFinished(stack.okta.fail(slow));
  stack.okta.requests.clear();
  expect(await validateAll(tokens)).toEqual(emails);
  expect(reads().flat().sort()).toEqual(customers.map(({ id }) => id));
  expect(reads().length).toBeLessThanOrEqual(10);
  stack.okta.requests.clear();
  expect(await validateAll(tokens)).toEqual(emails);
  expect(reads()).toEqual([]);
});

test('what a customer changes shows in the next answer, to them and to a backend', async () => {
  const { accessToken } = await logIn(stack, ada);
  const user = () => stack.gql(UserDocument, { id: ada.id }, asService());
  expect(await me(accessToken)).toMatchObject({ displayName: null });
  expect((await user()).data?.user).toMatchObject({ displayName: null });
  const input = { displayName: 'Countess' };
  await stack.gql(UpdateProfileDocument, { input }, bearer(accessToken));
  expect(await me(accessToken)).toMatchObject({ displayName: 'Countess' });
  expect((await user()).data?.user).toMatchObject({ displayName: 'Countess' });
});

test('so does a change whose answer was lost', async () => {
  const { accessToken } = await logIn(stack, ada);
  await me(accessToken);
  const rule = { method: 'POST', path: '/api/v1/users/' } as const;
  onTestFinished(stack.okta.fail({ ...rule, fault: { kind: 'reset', when: 'after' } }));
  const input = { displayName: 'Enchantress' };
  const lost = await stack.gql(UpdateProfileDocument, { input }, bearer(accessToken));
  expect(lost.data?.updateProfile.__typename).toBe('UpstreamUnavailable');
  expect(await me(accessToken)).toMatchObject({ displayName: 'Enchantress' });
});

test('an account that an administrator disables may still read for a while, and do nothing', async () => {
  const [first, second] = [await logIn(stack, ada), await logIn(stack, eve)];
  for (const { accessToken } of [first, second]) await me(accessToken);
  for (const { email } of [ada, eve]) stack.okta.setStatus(email, 'SUSPENDED');
  expect(await me(first.accessToken)).toMatchObject({ status: 'ACTIVE' });
  const input = { displayName: 'Nobody' };
  const refused = await stack.gql(UpdateProfileDocument, { input }, bearer(first.accessToken));
  expect(refused.errors?.[0]?.extensions?.['code']).toBe('TOKEN_INVALID');
  // What was found out by that is known to all.
  expect(await me(first.accessToken)).toBe('TOKEN_INVALID');
  expect(await me(second.accessToken)).toMatchObject({ status: 'ACTIVE' });
  stack.clock.advance(60_000);
  expect(await me(second.accessToken)).toBe('TOKEN_INVALID');
});
