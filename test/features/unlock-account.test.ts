import { describe, expect, test } from 'vitest';
import {
  LogInDocument,
  RequestPasswordResetDocument,
  RequestUnlockDocument,
  ResetPasswordDocument,
  UnlockAccountDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import type { Stack } from '../support/start.ts';
import { logIn, onBothFlows } from './flows.ts';

const password = 'Correct-Horse-7';
const locked = 'locked@example.com';
const answerFloorMs = 60;
const seed = {
  users: [
    { email: locked, password, status: 'LOCKED_OUT' },
    { email: 'active@example.com', password, status: 'ACTIVE' },
    { email: 'provisioned@example.com', password: null, status: 'PROVISIONED' },
    { email: 'suspended@example.com', password, status: 'SUSPENDED' },
    { email: 'gone@example.com', password: null, status: 'DEPROVISIONED' },
  ],
  passwordPolicy: { lockoutMaxAttempts: 3 },
} as const;

const request = ({ gql }: Stack, email = locked) =>
  gql(RequestUnlockDocument, { input: { email } });

async function unlock({ gql }: Stack, token: string) {
  const { data, errors } = await gql(UnlockAccountDocument, { input: { token } });
  expect(errors).toBeUndefined();
  return data?.unlockAccount;
}

async function mailedToken(stack: Stack): Promise<string> {
  await request(stack);
  return stack.okta.outbox.to(locked).at(-1)?.token ?? 'no mail';
}

describe('requestUnlock', () => {
  onBothFlows(
    (stack) => {
      test('every address gets the same bytes and calls, and none sooner than the floor', async () => {
        const answers = new Set<string>();
        for (const email of ['nobody@example.com', ...seed.users.map((user) => user.email)]) {
          stack().okta.requests.clear();
          const start = performance.now();
          const { data, errors, status } = await request(stack(), email);
          expect(performance.now() - start).toBeGreaterThanOrEqual(answerFloorMs);
          const calls = stack()
            .okta.requests.all()
            .map(({ method, path }) => `${method} ${path}`);
          answers.add(JSON.stringify({ data, errors, status, calls }));
        }
        expect([...answers]).toEqual([
          JSON.stringify({
            data: { requestUnlock: { __typename: 'RequestUnlockSuccess', delivery: 'EMAIL' } },
            errors: undefined,
            status: 200,
            calls: ['GET /oauth2/default/v1/keys', 'POST /api/v1/authn/recovery/unlock'],
          }),
        ]);
        expect(stack().okta.outbox.all()).toMatchObject([{ kind: 'ACCOUNT_UNLOCK', to: locked }]);
      });

      test('a failure of Okta takes as long as an answer', async () => {
        stack().okta.fail({ path: '/', fault: { kind: 'reset', when: 'before' } });
        const start = performance.now();
        const { data } = await request(stack());
        expect(data?.requestUnlock.__typename).toBe('UpstreamUnavailable');
        expect(performance.now() - start).toBeGreaterThanOrEqual(answerFloorMs);
      });

      test('what can be no login is refused before Okta is asked', async () => {
        stack().okta.requests.clear();
        const { data } = await request(stack(), 'no\0body');
        expect(data?.requestUnlock).toMatchObject({
          __typename: 'ValidationFailed',
          fields: [{ field: 'email', problem: 'NOT_ALLOWED' }],
        });
        expect(stack().okta.requests.all()).toEqual([]);
      });
    },
    { seed, accounts: { answerFloorMs } },
  );
});

describe('unlockAccount', () => {
  onBothFlows(
    (stack) => {
      test('a customer who mistyped too often unlocks the account and logs in as before', async () => {
        const email = 'active@example.com';
        for (let attempt = 0; attempt < 3; attempt += 1) {
          await stack().gql(LogInDocument, { input: { email, password: 'Wrong-Horse-7' } });
        }
        const { data } = await stack().gql(LogInDocument, { input: { email, password } });
        expect(data?.logIn.__typename).toBe('InvalidCredentials');

        await request(stack(), email);
        const token = stack().okta.outbox.to(email).at(-1)?.token ?? 'no mail';
        expect(await unlock(stack(), token)).toEqual({
          __typename: 'UnlockAccountSuccess',
          passwordKept: true,
        });
        await logIn(stack(), { email, password });
      });

      test('a reset for a locked account sends the unlock mail instead', async () => {
        await stack().gql(RequestPasswordResetDocument, { input: { email: locked } });
        const [mail] = stack().okta.outbox.to(locked);
        expect(mail?.kind).toBe('ACCOUNT_UNLOCK');
        await unlock(stack(), mail?.token ?? '');
        await logIn(stack(), { email: locked, password });
      });

      test('a token works once', async () => {
        const token = await mailedToken(stack());
        await unlock(stack(), token);
        expect(await unlock(stack(), token)).toEqual({
          __typename: 'UnlockTokenInvalid',
          code: 'UNLOCK_TOKEN_INVALID',
          message: 'The unlock token is not valid any more. Ask for a new one.',
          retryable: false,
        });
      });

      test('a token that is too old is refused', async () => {
        const token = await mailedToken(stack());
        stack().clock.advance(60 * 60_000);
        expect((await unlock(stack(), token))?.__typename).toBe('UnlockTokenInvalid');
      });

      test('the token of a reset mail unlocks nothing', async () => {
        const { email } = stack().okta.seeded.customer;
        await stack().gql(RequestPasswordResetDocument, { input: { email } });
        const resetToken = stack().okta.outbox.to(email).at(-1)?.token ?? '';
        expect((await unlock(stack(), resetToken))?.__typename).toBe('UnlockTokenInvalid');
      });

      test('an unlock token sets no password', async () => {
        const input = { resetToken: await mailedToken(stack()), newPassword: 'Better-Battery-9' };
        const { data, errors } = await stack().gql(ResetPasswordDocument, { input });
        expect(errors).toBeUndefined();
        expect(data?.resetPassword.__typename).toBe('ResetTokenInvalid');
      });

      test('an account that Okta no longer unlocks for its owner is answered as locked', async () => {
        const body = JSON.stringify({ errorCode: 'E0000119', errorSummary: 'Locked' });
        stack().okta.fail({
          path: '/api/v1/authn/recovery/token',
          fault: { kind: 'answer', status: 403, body },
        });
        expect((await unlock(stack(), 'aaaaaaaaaaaaaaaaaaaa'))?.__typename).toBe('AccountLocked');
      });

      test.each([
        ['', 'REQUIRED'],
        ['ä b', 'MALFORMED'],
        ['x'.repeat(32_769), 'TOO_LONG'],
      ])('%j is refused before Okta is asked', async (token, problem) => {
        stack().okta.requests.clear();
        expect(await unlock(stack(), token)).toMatchObject({
          __typename: 'ValidationFailed',
          fields: [{ field: 'token', problem }],
        });
        expect(stack().okta.requests.all()).toEqual([]);
      });

      test('an outage is answered as one', async () => {
        stack().okta.fail({ path: '/api/v1/authn', fault: { kind: 'answer', status: 503 } });
        const answer = await unlock(stack(), 'aaaaaaaaaaaaaaaaaaaa');
        expect(answer?.__typename).toBe('UpstreamUnavailable');
      });
    },
    { seed },
  );
});
