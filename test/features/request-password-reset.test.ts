import { expect, test } from 'vitest';
import { RequestPasswordResetDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { logIn, onBothFlows } from './flows.ts';

const password = 'Correct-Horse-7';
const answerFloorMs = 150;
const seed = {
  users: [
    { email: 'expired@example.com', password, status: 'PASSWORD_EXPIRED' },
    { email: 'suspended@example.com', password, status: 'SUSPENDED' },
    { email: 'gone@example.com', password, status: 'DEPROVISIONED' },
    { email: 'imported@example.com', password, status: 'STAGED' },
  ],
} as const;

const withoutAddress = (path: string) => path.replace(/[^/]+%40[^/]+/, '{email}');

onBothFlows(
  (stack) => {
    const request = (email: string) =>
      stack().gql(RequestPasswordResetDocument, { input: { email } });

    test('a customer gets a mail with a token, and keeps the password', async () => {
      const { data } = await request(' demo@example.com ');
      expect(data?.requestPasswordReset).toEqual({
        __typename: 'RequestPasswordResetSuccess',
        delivery: 'EMAIL',
      });
      const mails = stack().okta.outbox.to('demo@example.com');
      expect(mails.map(({ kind }) => kind)).toEqual(['PASSWORD_RESET']);
      await logIn(stack());
    });

    test('addresses that get no repair get the same bytes and calls, and none sooner than the floor', async () => {
      const bodies = new Set<string>();
      const calls = new Set<string>();
      // The token of the management API is in the first answer of a stack.
      await request('nobody@example.com');
      for (const email of [
        'demo@example.com',
        'nobody@example.com',
        ...seed.users.map((user) => user.email),
      ]) {
        stack().okta.requests.clear();
        const start = performance.now();
        const { data, errors, status } = await request(email);
        expect(performance.now() - start).toBeGreaterThanOrEqual(answerFloorMs);
        bodies.add(JSON.stringify({ data, errors, status }));
        const seen = stack().okta.requests.all();
        calls.add(seen.map(({ method, path }) => `${method} ${withoutAddress(path)}`).join());
      }
      expect([bodies.size, calls.size]).toEqual([1, 1]);
      expect(stack().okta.outbox.to('nobody@example.com')).toEqual([]);
    });

    test('no address gets into a URL but that of the look-up, which Okta has no other for', async () => {
      await request('nobody@example.com');
      stack().okta.requests.clear();
      await request('demo@example.com');
      const urls = stack()
        .okta.requests.all()
        .map(({ path, query }) => decodeURIComponent(`${path}?${query}`));
      expect(urls).toEqual(['/api/v1/users/demo@example.com?', '/api/v1/authn/recovery/password?']);
    });

    test('a failure of Okta takes as long as an answer', async () => {
      stack().okta.fail({ path: '/', fault: { kind: 'reset', when: 'before' } });
      const start = performance.now();
      const { data } = await request('demo@example.com');
      expect(data?.requestPasswordReset.__typename).toBe('UpstreamUnavailable');
      expect(performance.now() - start).toBeGreaterThanOrEqual(answerFloorMs);
    });

    test('what can be no login is refused before Okta is asked', async () => {
      stack().okta.requests.clear();
      const { data } = await request('no\0body');
      expect(data?.requestPasswordReset).toMatchObject({
        __typename: 'ValidationFailed',
        fields: [{ field: 'email', problem: 'NOT_ALLOWED' }],
      });
      expect(stack().okta.requests.all()).toEqual([]);
    });
  },
  { seed, accounts: { answerFloorMs } },
);
