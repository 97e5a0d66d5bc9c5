import { describe, expect, test } from 'vitest';
import {
  LogInDocument,
  RequestPasswordResetDocument,
  SignUpDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { names, password, users } from '../support/accounts.ts';
import type { Stack } from '../support/start.ts';
import { onBothFlows } from './flows.ts';

const answerFloorMs = 60;
const taken = users.map(({ email }) => email);

/** What the owner of each account gets after another sign-up or a reset request. */
const helpfulMails = [
  'PASSWORD_RESET active@example.com',
  'PASSWORD_RESET expired@example.com',
  'PASSWORD_RESET recovery@example.com',
  'ACCOUNT_UNLOCK locked@example.com',
  'ACTIVATION staged@example.com',
  'ACTIVATION provisioned@example.com',
];

const mails = ({ okta }: Stack) => okta.outbox.all().map(({ kind, to }) => `${kind} ${to}`);

interface Seen {
  /** Everything of the answer that a caller could compare. */
  readonly bytes: string;
  /** How many there were to Okta. */
  readonly calls: number;
}

/** @param ask once for one address */
async function seenOf(
  { okta }: Stack,
  ask: () => Promise<{ data: unknown; errors?: unknown; status: number }>,
): Promise<Seen> {
  okta.requests.clear();
  const start = performance.now();
  const { data, errors, status } = await ask();
  expect(performance.now() - start).toBeGreaterThanOrEqual(answerFloorMs);
  // Not the token of the management API, which serves many requests and is renewed now and then.
  const calls = okta.requests
    .all()
    .filter((seen) => seen.path !== '/oauth2/v1/token' && seen.status !== 401);
  return { bytes: JSON.stringify({ data, errors, status }), calls: calls.length };
}

describe.each(['ACTIVE', 'VERIFY_EMAIL'] as const)('under SIGN_UP=%s', (signUp) => {
  onBothFlows(
    (stack) => {
      const askToSignUp = (email: string) =>
        seenOf(stack(), () =>
          stack().gql(SignUpDocument, {
            input: {
              email,
              ...names,
              ...(signUp === 'ACTIVE' ? { password: 'Better-Battery-9' } : {}),
            },
          }),
        );

      test('signing up gets the same bytes for every status and for a new address', async () => {
        const { bytes } = await askToSignUp('new@example.com');
        expect(JSON.parse(bytes)).toEqual({
          data: {
            signUp: {
              __typename: 'SignUpSuccess',
              user: null,
              tokens: null,
              verificationRequired: signUp === 'VERIFY_EMAIL',
            },
          },
          status: 200,
        });
        expect(mails(stack())).toEqual(
          signUp === 'VERIFY_EMAIL' ? ['ACTIVATION new@example.com'] : [],
        );
        stack().okta.outbox.clear();
        const calls = new Set<number>();
        for (const email of taken) {
          const seen = await askToSignUp(email);
          expect(seen.bytes, email).toBe(bytes);
          calls.add(seen.calls);
        }
        expect(calls.size).toBe(1);
        expect(mails(stack())).toEqual(helpfulMails);
      });

      test('that a taken address cannot be looked up or mailed to does not show', async () => {
        const { bytes } = await askToSignUp('new@example.com');
        const body = JSON.stringify({ errorCode: 'E0000006', errorSummary: 'no' });
        for (const [path, status] of [
          ['/api/v1/authn/recovery', 403],
          ['/api/v1/authn/recovery', 503],
          ['/api/v1/users/', 403],
          ['/api/v1/users/', 429],
        ] as const) {
          const undo = stack().okta.fail({ path, fault: { kind: 'answer', status, body } });
          expect((await askToSignUp('active@example.com')).bytes).toBe(bytes);
          expect((await askToSignUp('provisioned@example.com')).bytes).toBe(bytes);
          undo();
        }
      });
    },
    { seed: { users }, accounts: { signUp, enumeration: 'strict', answerFloorMs } },
  );
});

onBothFlows(
  (stack) => {
    const askToReset = (email: string) =>
      seenOf(stack(), () => stack().gql(RequestPasswordResetDocument, { input: { email } }));

    test('asking for a reset gets the same bytes and as many calls for every status', async () => {
      const nobody = await askToReset('nobody@example.com');
      for (const email of taken) expect(await askToReset(email), email).toEqual(nobody);
      expect(mails(stack())).toEqual(helpfulMails);
    });

    test('that the mail of a repair cannot be sent does not show', async () => {
      const nobody = await askToReset('nobody@example.com');
      stack().okta.fail({ path: /\/lifecycle\//, fault: { kind: 'answer', status: 503 } });
      stack().okta.fail({ path: /\/unlock$/, fault: { kind: 'answer', status: 503 } });
      for (const email of taken) expect(await askToReset(email), email).toEqual(nobody);
    });

    test('no address gets into a line of the log', async () => {
      for (const email of taken) await askToReset(email);
      expect(stack().logs.length).toBeGreaterThan(0);
      expect(stack().logs.join('\n')).not.toMatch(/example\.com|provisioned@/);
    });
  },
  { seed: { users }, accounts: { answerFloorMs } },
);

describe('under open enumeration', () => {
  onBothFlows(
    (stack) => {
      const answerOf = async (email: string, secret = password) => {
        const input = { email, password: secret };
        const { data, errors } = await stack().gql(LogInDocument, { input });
        expect(errors).toBeUndefined();
        return data?.logIn;
      };

      test.each([
        ['active@example.com', 'LogInSuccess'],
        ['expired@example.com', 'PasswordExpired'],
        ['recovery@example.com', 'InvalidCredentials'],
        ['locked@example.com', 'AccountLocked'],
        ['staged@example.com', 'EmailNotVerified'],
        ['imported@example.com', 'EmailNotVerified'],
        ['provisioned@example.com', 'EmailNotVerified'],
        ['suspended@example.com', 'AccountDisabled'],
        ['gone@example.com', 'AccountDisabled'],
        ['nobody@example.com', 'InvalidCredentials'],
      ])('a log-in of %s answers %s', async (email, expected) => {
        expect((await answerOf(email))?.__typename).toBe(expected);
      });

      test('a wrong password of an active account is answered as one', async () => {
        const answer = await answerOf('active@example.com', 'Wrong-Horse-7');
        expect(answer?.__typename).toBe('InvalidCredentials');
      });

      test('each refusal has its code', async () => {
        expect(await answerOf('suspended@example.com')).toEqual({
          __typename: 'AccountDisabled',
          code: 'ACCOUNT_DISABLED',
          message: 'The account is disabled.',
          retryable: false,
        });
        expect(await answerOf('provisioned@example.com')).toEqual({
          __typename: 'EmailNotVerified',
          code: 'EMAIL_NOT_VERIFIED',
          message: 'The e-mail address is not verified yet.',
          retryable: false,
        });
      });

      test.each([
        ['an outage', 503, 'E0000009'],
        ['a missing right', 403, 'E0000006'],
      ])(
        'the refusal stands where %s keeps the status from being read',
        async (_, status, code) => {
          const body = JSON.stringify({ errorCode: code, errorSummary: 'no' });
          const fault = { kind: 'answer', status, body } as const;
          stack().okta.fail({ path: '/api/v1/users/', fault });
          const answer = await answerOf('suspended@example.com');
          expect(answer?.__typename).toBe('InvalidCredentials');
        },
      );
    },
    { seed: { users }, accounts: { enumeration: 'open' } },
  );
});
