import { expect, test } from 'vitest';
import { ResendVerificationEmailDocument } from '../gql/graphql.ts';
import { onBothFlows } from './flows.ts';

const password = 'Correct-Horse-7';
const answerFloorMs = 60;
const waiting = [
  { email: 'provisioned@example.com', password: null, status: 'PROVISIONED' },
  { email: 'staged@example.com', password: null, status: 'STAGED' },
] as const;
const others = [
  { email: 'active@example.com', password, status: 'ACTIVE' },
  { email: 'expired@example.com', password, status: 'PASSWORD_EXPIRED' },
  { email: 'recovery@example.com', password, status: 'RECOVERY' },
  { email: 'locked@example.com', password, status: 'LOCKED_OUT' },
  { email: 'imported@example.com', password, status: 'STAGED' },
  { email: 'suspended@example.com', password, status: 'SUSPENDED' },
  { email: 'gone@example.com', password: null, status: 'DEPROVISIONED' },
] as const;

onBothFlows(
  (stack) => {
    const resend = (email: string) =>
      stack().gql(ResendVerificationEmailDocument, { input: { email } });

    test('every address gets the same bytes, and none sooner than the floor', async () => {
      const bodies = new Set<string>();
      for (const email of ['nobody@example.com', ...[...waiting, ...others].map((u) => u.email)]) {
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
        waiting.map(({ email }) => ({ kind: 'ACTIVATION', to: email })),
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

    test('what is no address is refused before Okta is asked', async () => {
      stack().okta.requests.clear();
      const { data } = await resend('nobody');
      expect(data?.resendVerificationEmail).toMatchObject({
        __typename: 'ValidationFailed',
        fields: [{ field: 'email', problem: 'MALFORMED' }],
      });
      expect(stack().okta.requests.all()).toEqual([]);
    });
  },
  { seed: { users: [...waiting, ...others] }, accounts: { answerFloorMs } },
);
