import { expect, test } from 'vitest';
import {
  SignUpDocument,
  UserDocument,
  UsersDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { names } from '../support/accounts.ts';
import { afterLogIn, logIn } from './flows.ts';

const crowd = Array.from({ length: 250 }, (_, index) => ({
  id: `00ucrowd${String(index).padStart(12, '0')}`,
  email: `customer-${index}@example.com`,
  password: null,
}));
const ids = crowd.map(({ id }) => id);
const unknown = '00unobody00000000000';
const hostile = [
  '',
  '.',
  '..',
  'me',
  'me/lifecycle/deactivate',
  '00u" or status eq "ACTIVE',
  '00u\\" or status pr',
  '00u\r\nX-Injected: 1',
  'demo@example.com',
  'x'.repeat(2000),
];

afterLogIn(
  (stack) => {
    const asService = () => ({ authorization: stack().basic });
    const users = async (wanted: readonly string[]) => {
      const { data, errors } = await stack().gql(UsersDocument, { ids: [...wanted] }, asService());
      return { users: data?.users, codes: errors?.map(({ extensions }) => extensions?.['code']) };
    };
    const userReads = () =>
      stack()
        .okta.requests.all()
        .filter(({ path }) => path.startsWith('/api/v1/users')).length;

    test('users come in the order of their ids, null for an unknown one, twice if asked twice', async () => {
      const wanted = [ids[7], unknown, ids[3], ids[7]].map(String);
      const answer = await users(wanted);
      expect(answer.codes).toBeUndefined();
      expect(answer.users?.map((user) => user?.id ?? null)).toEqual([ids[7], null, ids[3], ids[7]]);
      expect(answer.users?.[0]).toMatchObject({
        login: 'customer-7@example.com',
        email: 'customer-7@example.com',
      });
    });

    test.each([
      [0, 0],
      [1, 1],
      [100, 1],
      [101, 2],
      [250, 3],
    ])('%i users cost %i calls to Okta', async (count, calls) => {
      await users([unknown]);
      stack().okta.requests.clear();
      const answer = await users(ids.slice(0, count));
      expect(answer.users?.map((user) => user?.id).join()).toBe(ids.slice(0, count).join());
      expect(userReads()).toBe(calls);
    });

    test('more than a thousand ids are refused before Okta is asked', async () => {
      const many = Array.from({ length: 1001 }, (_, index) => `00u${index}`);
      stack().okta.requests.clear();
      expect(await users(many)).toEqual({ users: null, codes: ['BAD_REQUEST'] });
      expect(userReads()).toBe(0);
      const answer = await users(many.slice(1));
      expect(answer.users).toHaveLength(1000);
    });

    test('only an id finds a user, and nothing else reaches another path', async () => {
      stack().okta.requests.clear();
      const answer = await users(hostile);
      expect(answer.codes).toBeUndefined();
      expect(answer.users).toEqual(hostile.map(() => null));
      for (const id of hostile) {
        const { data, errors } = await stack().gql(UserDocument, { id }, asService());
        expect([data, errors]).toEqual([{ user: null }, undefined]);
      }
      for (const { method, path } of stack().okta.requests.all()) {
        expect(`${method} ${path}`).toBe('GET /api/v1/users');
      }
    });

    test('one user by id, and null for an unknown one', async () => {
      const { data } = await stack().gql(UserDocument, { id: String(ids[5]) }, asService());
      expect(data?.user?.email).toBe('customer-5@example.com');
      const none = await stack().gql(UserDocument, { id: unknown }, asService());
      expect(none.data).toEqual({ user: null });
    });

    test('an account is found right after sign-up', async () => {
      const ada = { email: 'ada@example.com', password: 'Analytical-Engine-1' };
      await stack().gql(SignUpDocument, { input: { ...ada, ...names } });
      const { accessToken } = await logIn(stack(), ada);
      const input = { token: accessToken };
      const { data } = await stack().gql(ValidateTokenDocument, { input }, asService());
      const id = data?.validateToken?.userId ?? '';
      expect((await users([id])).users).toMatchObject([{ id, email: ada.email }]);
    });
  },
  { seed: { users: crowd } },
);
