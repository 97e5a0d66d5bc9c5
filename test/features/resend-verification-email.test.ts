import { expect, test } from 'vitest';
import { ResendVerificationEmailDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { users } from '../support/accounts.ts';
import { onBothFlows } from './flows.ts';

const answerFloorMs = 60;
const waiting = ['staged@example.com', 'provisioned@example.com'];

onBothFlows(
  (stack) => {
    const resend = (email: string) =>
      stack().gql(ResendVerificationEmailDocument, { input: { email } });

    test('every address gets the same bytes, and none sooner than the floor', async () => {
      const bodies = new Set<string>();
      for (const email of ['nobody@example.com', ...users.map((user) => user.email)]) {
        const start = performance.now();
        const { data, errors, status } = await resend(email);
        expect(performance.now() - start).toBeGreaterThanOrEqual(answerFloorMs);
        bodies.add(JSON.stringify({ data, errors, status }));
      }
      expect([...bodies]).toEqual([
        JSON.stringify({
          data: {
            resendVerificationEmail: {
              __typename: 'ResendVerificationEmailSuccess',
              delivery: 'EMAIL',
            },
          },
          errors: undefined,
          status: 200,
        }),
      ]);
      expect(stack().okta.outbox.all()).toMatchObject(
        waiting.map((to) => ({ kind: 'ACTIVATION', to })),
      );
    });

    test('white space and capitals do not matter', async () => {
      await resend(' Provisioned@Example.com\t');
      expect(stack().okta.outbox.to('provisioned@example.com')).toHaveLength(1);
    });

    test('that the mail cannot be sent does not show', async () => {
      const { data } = await resend('nobody@example.com');
      stack().okta.fail({ path: /\/lifecycle\//, fault: { kind: 'reset', when: 'before' } });
      expect((await resend('provisioned@example.com')).data).toEqual(data);
    });

    test('a failure of Okta takes as long as an answer', async () => {
      stack().okta.fail({ path: '/', fault: { kind: 'reset', when: 'before' } });
      const start = performance.now();
      const { data } = await resend('provisioned@example.com');
      expect(data?.resendVerificationEmail.__typename).toBe('UpstreamUnavailable');
      expect(performance.now() - start).toBeGreaterThanOrEqual(answerFloorMs);
    });

    test('what can be no login is refused before Okta is asked', async () => {
      stack().okta.requests.clear();
      const { data } = await resend('no\0body');
      expect(data?.resendVerificationEmail).toMatchObject({
        __typename: 'ValidationFailed',
        fields: [{ field: 'email', problem: 'NOT_ALLOWED' }],
      });
      expect(stack().okta.requests.all()).toEqual([]);
    });
  },
  { seed: { users }, accounts: { answerFloorMs } },
);
