import { expect, test } from 'vitest';
import { RequestPasswordResetDocument } from '../gql/graphql.ts';
import { logIn, onBothFlows } from './flows.ts';

const password = 'Correct-Horse-7';
const answerFloorMs = 150;
const seed = {
  users: [
    { email: 'locked@example.com', password, status: 'LOCKED_OUT' },
    { email: 'suspended@example.com', password, status: 'SUSPENDED' },
    { email: 'gone@example.com', password, status: 'DEPROVISIONED' },
    { email: 'provisioned@example.com', password, status: 'PROVISIONED' },
  ],
} as const;

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

    test('every address gets the same bytes, and none sooner than the floor', async () => {
      const bodies = new Set<string>();
      const calls = new Set<string>();
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
        calls.add(seen.map(({ method, path }) => `${method} ${path}`).join());
      }
      expect([bodies.size, calls.size]).toEqual([1, 1]);
      expect(stack().okta.outbox.to('nobody@example.com')).toEqual([]);
    });

    test('no address gets into a URL', async () => {
      stack().okta.requests.clear();
      await request('demo@example.com');
      const seen = stack().okta.requests.all();
      expect(seen.length).toBeGreaterThan(0);
      for (const { path, query } of seen) {
        expect(decodeURIComponent(path + query)).not.toContain('demo');
      }
    });

    test('a failure of Okta takes as long as an answer', async () => {
      stack().okta.fail({ path: '/', fault: { kind: 'reset', when: 'before' } });
      const start = performance.now();
      const { data } = await request('demo@example.com');
      expect(data?.requestPasswordReset.__typename).toBe('UpstreamUnavailable');
      expect(performance.now() - start).toBeGreaterThanOrEqual(answerFloorMs);
    });

    test('what is no address is refused before Okta is asked', async () => {
      stack().okta.requests.clear();
      const { data } = await request('nobody');
      expect(data?.requestPasswordReset).toMatchObject({
        __typename: 'ValidationFailed',
        fields: [{ path: 'email', problem: 'MALFORMED' }],
      });
      expect(stack().okta.requests.all()).toEqual([]);
    });
  },
  { seed, accounts: { answerFloorMs } },
);
