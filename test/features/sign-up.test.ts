import { describe, expect, onTestFinished, test } from 'vitest';
import {
  LogInDocument,
  SignUpDocument,
  type SignUpInput,
} from '../../src/clients/storefront/documents/graphql.ts';
import { names } from '../support/accounts.ts';
import type { Stack } from '../support/start.ts';
import { logIn, onBothFlows } from './flows.ts';

const password = 'Analytical-Engine-1';
const ada = { email: 'ada@example.com', password, firstName: 'Ada', lastName: 'Lovelace' };
const answerFloorMs = 400;
const taken = [
  { email: 'locked@example.com', password, status: 'LOCKED_OUT' },
  { email: 'suspended@example.com', password, status: 'SUSPENDED' },
  { email: 'gone@example.com', password, status: 'DEPROVISIONED' },
  { email: 'staged@example.com', password, status: 'STAGED' },
] as const;
const seed = { users: taken };

async function signUp({ gql }: Stack, input: SignUpInput) {
  const { data, errors } = await gql(SignUpDocument, { input });
  expect(errors).toBeUndefined();
  return data?.signUp;
}

/** Okta's answer to a new account where it finds all this wrong with it. */
function refuseAccounts({ okta }: Stack, ...causes: readonly string[]): void {
  const body = JSON.stringify({
    errorCode: 'E0000001',
    errorSummary: 'Api validation failed',
    errorCauses: causes.map((errorSummary) => ({ errorSummary })),
  });
  const headers = { 'content-type': 'application/json' };
  const fault = { kind: 'answer', status: 400, headers, body } as const;
  onTestFinished(okta.fail({ method: 'POST', path: '/api/v1/users', fault }));
}

describe('under strict enumeration', () => {
  onBothFlows(
    (stack) => {
      test('a new customer can log in at once', async () => {
        expect(await signUp(stack(), ada)).toEqual({
          __typename: 'SignUpSuccess',
          user: null,
          tokens: null,
          verificationRequired: false,
        });
        await logIn(stack(), { email: 'ADA@example.com', password });
        expect(stack().okta.outbox.to(ada.email)).toEqual([]);
      });

      test('an account without a password is no account', async () => {
        stack().okta.requests.clear();
        expect(await signUp(stack(), { email: ada.email, ...names })).toMatchObject({
          __typename: 'ValidationFailed',
          fields: [{ field: 'password', problem: 'REQUIRED' }],
        });
        expect(stack().okta.requests.all()).toEqual([]);
      });

      test('an account without names is refused before Okta is asked, for every address alike', async () => {
        stack().okta.requests.clear();
        for (const email of [ada.email, 'demo@example.com']) {
          expect(await signUp(stack(), { email, password, lastName: ' ' })).toMatchObject({
            __typename: 'ValidationFailed',
            fields: [
              { field: 'firstName', problem: 'REQUIRED' },
              { field: 'lastName', problem: 'REQUIRED' },
            ],
          });
        }
        expect(stack().okta.requests.all()).toEqual([]);
      });

      test('an account of the smallest input can log in at once', async () => {
        await signUp(stack(), {
          email: ' eve@example.com ',
          password: ' Spaces-Count-1 ',
          ...names,
        });
        await logIn(stack(), { email: 'eve@example.com', password: ' Spaces-Count-1 ' });
      });

      test('new and taken addresses get the same bytes, and none sooner than the floor', async () => {
        const bodies = new Set<string>();
        const emails = [ada.email, 'demo@example.com', ...taken.map(({ email }) => email)];
        for (const email of emails) {
          const start = performance.now();
          const { data, errors, status } = await stack().gql(SignUpDocument, {
            input: { ...ada, email },
          });
          expect(performance.now() - start).toBeGreaterThanOrEqual(answerFloorMs);
          bodies.add(JSON.stringify({ data, errors, status }));
        }
        expect(bodies.size).toBe(1);
      });

      test('the owner of a taken address gets a reset mail and keeps account and password', async () => {
        await signUp(stack(), { ...ada, email: 'Demo@Example.com' });
        const mails = stack().okta.outbox.to('demo@example.com');
        expect(mails.map(({ kind }) => kind)).toEqual(['PASSWORD_RESET']);
        await logIn(stack());
        const input = { email: 'demo@example.com', password };
        const { data } = await stack().gql(LogInDocument, { input });
        expect(data?.logIn.__typename).toBe('InvalidCredentials');
      });

      test('that the reset mail cannot be sent does not show', async () => {
        stack().okta.fail({
          path: '/api/v1/authn/recovery',
          fault: { kind: 'answer', status: 503 },
        });
        const answer = await signUp(stack(), { ...ada, email: 'demo@example.com' });
        expect(answer?.__typename).toBe('SignUpSuccess');
      });

      test('a weak password is rejected in the words of the policy', async () => {
        const answer = await signUp(stack(), { ...ada, password: 'short' });
        if (answer?.__typename !== 'PasswordRejected') throw new Error(answer?.__typename);
        expect(answer.violations).toEqual(['TOO_SHORT', 'NO_UPPER_CASE', 'NO_NUMBER']);
        expect(answer.requirements.join()).toMatch(/at least 8 characters/);
      });

      test('where Okta finds the password weak and the address taken, only the first shows', async () => {
        refuseAccounts(
          stack(),
          'login: An object with this field already exists in the current organization',
          'password: Password requirements were not met.',
        );
        const answer = await signUp(stack(), {
          ...ada,
          email: 'demo@example.com',
          password: 'short',
        });
        expect(answer?.__typename).toBe('PasswordRejected');
        expect(stack().okta.outbox.all()).toEqual([]);
      });

      test('every malformed field is named before Okta is asked', async () => {
        stack().okta.requests.clear();
        const answer = await signUp(stack(), {
          email: 'ada',
          password: '',
          firstName: 'x'.repeat(51),
          lastName: 'Love\nlace',
          mobilePhone: 'call me',
          locale: 'english please',
        });
        expect(answer).toMatchObject({
          __typename: 'ValidationFailed',
          code: 'VALIDATION_FAILED',
          fields: [
            { field: 'email', problem: 'TOO_SHORT' },
            { field: 'password', problem: 'REQUIRED' },
            { field: 'firstName', problem: 'TOO_LONG' },
            { field: 'lastName', problem: 'NOT_ALLOWED' },
            { field: 'mobilePhone', problem: 'MALFORMED' },
            { field: 'locale', problem: 'MALFORMED' },
          ],
        });
        expect(stack().okta.requests.all()).toEqual([]);
      });

      test('what Okta finds malformed is named too', async () => {
        refuseAccounts(stack(), 'lastName: The field cannot be left blank');
        expect(await signUp(stack(), ada)).toMatchObject({
          __typename: 'ValidationFailed',
          fields: [{ field: 'lastName', problem: 'REQUIRED' }],
        });
      });

      test('a failure of Okta takes as long as an answer', async () => {
        stack().okta.fail({ path: '/', fault: { kind: 'reset', when: 'before' } });
        const start = performance.now();
        expect((await signUp(stack(), ada))?.__typename).toBe('UpstreamUnavailable');
        expect(performance.now() - start).toBeGreaterThanOrEqual(answerFloorMs);
      });
    },
    { seed, accounts: { enumeration: 'strict', answerFloorMs } },
  );
});

describe('under open enumeration', () => {
  onBothFlows(
    (stack) => {
      test('a new customer is logged in', async () => {
        const answer = await signUp(stack(), {
          ...ada,
          mobilePhone: '+1 555 0100',
          locale: 'en_US',
        });
        if (answer?.__typename !== 'SignUpSuccess') throw new Error(answer?.__typename);
        expect(answer.user).toMatchObject({
          id: expect.stringMatching(/^00u/),
          status: 'ACTIVE',
          email: ada.email,
          firstName: 'Ada',
          lastName: 'Lovelace',
        });
        expect(answer.tokens?.accessToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
        expect(answer.tokens?.refreshToken).not.toBeNull();
      });

      test.each(['demo@example.com', 'DEMO@example.com', ...taken.map(({ email }) => email)])(
        'the address %s is taken, and its owner is not bothered',
        async (email) => {
          expect(await signUp(stack(), { ...ada, email })).toEqual({
            __typename: 'EmailTaken',
            code: 'EMAIL_TAKEN',
            message: 'There is an account with this e-mail address already.',
            retryable: false,
          });
          expect(stack().okta.outbox.all()).toEqual([]);
        },
      );

      describe('after a lost answer sign-up can be repeated', () => {
        test('with the same password, for ten minutes', async () => {
          // The token of the management API is in this answer, and not in the lost one.
          await signUp(stack(), { ...ada, email: 'first@example.com' });
          const lost = { kind: 'reset', when: 'after' } as const;
          const undo = stack().okta.fail({ path: '/api/v1/users', fault: lost });
          const answer = await signUp(stack(), ada);
          undo();
          expect(answer).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
          const found = { __typename: 'SignUpSuccess', user: { email: ada.email } };
          stack().clock.advance(9 * 60_000);
          expect(await signUp(stack(), ada)).toMatchObject(found);
          stack().clock.advance(2 * 60_000);
          expect((await signUp(stack(), ada))?.__typename).toBe('EmailTaken');
        });

        test('and gives no access to another account', async () => {
          await signUp(stack(), ada);
          const answer = await signUp(stack(), { ...ada, password: 'Another-Engine-1' });
          expect(answer?.__typename).toBe('EmailTaken');
        });

        test('and answers that the address is taken where Okta cannot say more', async () => {
          await signUp(stack(), ada);
          const fault = { kind: 'answer', status: 503 } as const;
          const undo = stack().okta.fail({ method: 'GET', path: '/api/v1/users/', fault });
          const answer = await signUp(stack(), ada);
          undo();
          expect(answer?.__typename).toBe('EmailTaken');
        });
      });

      test('an account whose first log-in fails exists nevertheless', async () => {
        const undo = stack().okta.fail({
          path: /^\/(oauth2\/default|api\/v1\/authn)/,
          fault: { kind: 'answer', status: 503 },
        });
        const answer = await signUp(stack(), ada);
        undo();
        expect(answer).toMatchObject({
          __typename: 'SignUpSuccess',
          user: { email: ada.email },
          tokens: null,
        });
        await logIn(stack(), ada);
      });
    },
    { seed, accounts: { enumeration: 'open' } },
  );
});
