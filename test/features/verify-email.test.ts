import { describe, expect, test } from 'vitest';
import {
  LogInDocument,
  MeDocument,
  ResendVerificationEmailDocument,
  ResetPasswordDocument,
  SignUpDocument,
  type SignUpInput,
  VerifyEmailDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import type { Stack } from '../support/start.ts';
import { bearer, logIn, onBothFlows } from './flows.ts';

const password = 'Analytical-Engine-1';
const email = 'ada@example.com';
const ada = { email, firstName: 'Ada', lastName: 'Lovelace' };
const week = 7 * 24 * 60 * 60_000;
const answerFloorMs = 60;
const seed = { users: [{ email: 'noapp@example.com', password: null, assigned: false }] } as const;

async function signUp({ gql }: Stack, input: SignUpInput = ada) {
  const { data, errors } = await gql(SignUpDocument, { input });
  expect(errors).toBeUndefined();
  return data?.signUp;
}

async function verify({ gql }: Stack, token: string, secret = password) {
  const { data, errors } = await gql(VerifyEmailDocument, { input: { token, password: secret } });
  expect(errors).toBeUndefined();
  return data?.verifyEmail;
}

async function rejected(stack: Stack, token: string) {
  const answer = await verify(stack, token, 'short');
  if (answer?.__typename !== 'PasswordRejected') throw new Error(answer?.__typename);
  return { ...answer, retryTransaction: answer.retryTransaction ?? 'none' };
}

const mails = ({ okta }: Stack) => okta.outbox.all().map(({ kind, to }) => `${kind} ${to}`);
const lastToken = ({ okta }: Stack, to = email) => okta.outbox.to(to).at(-1)?.token ?? 'no mail';

describe('under SIGN_UP=VERIFY_EMAIL', () => {
  onBothFlows(
    (stack) => {
      test('a customer signs up, reads the mail, chooses a password and is logged in', async () => {
        expect(await signUp(stack())).toEqual({
          __typename: 'SignUpSuccess',
          user: null,
          tokens: null,
          verificationRequired: true,
        });
        expect(mails(stack())).toEqual([`ACTIVATION ${email}`]);

        const verified = await verify(stack(), lastToken(stack()));
        if (verified?.__typename !== 'VerifyEmailSuccess') throw new Error(verified?.__typename);
        const { accessToken, refreshToken } = verified.tokens ?? {};
        expect(refreshToken).toMatch(/./);
        const { data } = await stack().gql(MeDocument, {}, bearer(accessToken ?? ''));
        expect(data?.me).toMatchObject({ email, status: 'ACTIVE', firstName: 'Ada' });
        await logIn(stack(), { email, password });
      });

      test('no log-in succeeds before, whatever the password is', async () => {
        await signUp(stack());
        const { data } = await stack().gql(LogInDocument, { input: { email, password } });
        expect(data?.logIn.__typename).toBe('InvalidCredentials');
      });

      test.each([password, ''])('the password %j has no place in the sign-up', async (given) => {
        stack().okta.requests.clear();
        expect(await signUp(stack(), { ...ada, password: given })).toMatchObject({
          __typename: 'ValidationFailed',
          fields: [{ field: 'password', problem: 'NOT_ALLOWED' }],
        });
        expect(stack().okta.requests.all()).toEqual([]);
      });

      test('a token works once', async () => {
        await signUp(stack());
        const token = lastToken(stack());
        await verify(stack(), token);
        expect(await verify(stack(), token)).toEqual({
          __typename: 'VerificationTokenInvalid',
          code: 'VERIFICATION_TOKEN_INVALID',
          message: 'The verification token is not valid any more. Ask for a new one.',
          retryable: false,
        });
        await logIn(stack(), { email, password });
      });

      test('of two requests with one token, one sets the password', async () => {
        await signUp(stack());
        const token = lastToken(stack());
        const answers = await Promise.all([
          verify(stack(), token, 'First-Engine-1'),
          verify(stack(), token, 'Second-Engine-2'),
        ]);
        expect(answers.map((answer) => answer?.__typename).sort()).toEqual([
          'VerificationTokenInvalid',
          'VerifyEmailSuccess',
        ]);
      });

      test('a token of last week is too old, and the next mail brings another', async () => {
        await signUp(stack());
        const old = lastToken(stack());
        stack().clock.advance(week);
        expect((await verify(stack(), old))?.__typename).toBe('VerificationTokenInvalid');
        await stack().gql(ResendVerificationEmailDocument, { input: { email } });
        expect((await verify(stack(), lastToken(stack())))?.__typename).toBe('VerifyEmailSuccess');
      });

      test.each(['aaaaaaaaaaaaaaaaaaaa', '../../users', '"'])('%j is no token', async (token) => {
        expect((await verify(stack(), token))?.__typename).toBe('VerificationTokenInvalid');
      });

      test('after a weak password another one is taken in place of the token', async () => {
        await signUp(stack());
        const token = lastToken(stack());
        const weak = await rejected(stack(), token);
        expect(weak.requirements.join()).toMatch(/at least 8 characters/);
        expect((await verify(stack(), token))?.__typename).toBe('VerificationTokenInvalid');
        expect((await rejected(stack(), weak.retryTransaction)).retryTransaction).toBe(
          weak.retryTransaction,
        );
        const verified = await verify(stack(), weak.retryTransaction);
        if (verified?.__typename !== 'VerifyEmailSuccess') throw new Error(verified?.__typename);
        expect(verified.tokens?.refreshToken).toMatch(/./);
        await logIn(stack(), { email, password });
      });

      test('of many uses of one transaction at once exactly one succeeds', async () => {
        await signUp(stack());
        const { retryTransaction } = await rejected(stack(), lastToken(stack()));
        const answers = await Promise.all(
          Array.from({ length: 6 }, (_, index) =>
            verify(stack(), retryTransaction, `Analytical-Engine-${index}`),
          ),
        );
        expect(answers.map((answer) => answer?.__typename).sort()).toEqual([
          ...Array(5).fill('VerificationTokenInvalid'),
          'VerifyEmailSuccess',
        ]);
      });

      test('the transaction ends, is for this mutation alone, and cannot be made up', async () => {
        await signUp(stack());
        const { retryTransaction } = await rejected(stack(), lastToken(stack()));
        const input = { resetToken: retryTransaction, newPassword: password };
        const reset = await stack().gql(ResetPasswordDocument, { input });
        expect(reset.data?.resetPassword.__typename).toBe('ResetTokenInvalid');
        const madeUp = await verify(stack(), 'a.b.c.d.e');
        expect(madeUp?.__typename).toBe('VerificationTokenInvalid');
        stack().clock.advance(6 * 60_000);
        const late = await verify(stack(), retryTransaction);
        expect(late?.__typename).toBe('VerificationTokenInvalid');
      });

      test('an account that the app is not for is verified, and gets no session', async () => {
        stack().okta.setStatus('noapp@example.com', 'PROVISIONED');
        const input = { email: 'noapp@example.com' };
        await stack().gql(ResendVerificationEmailDocument, { input });
        expect(await verify(stack(), lastToken(stack(), 'noapp@example.com'))).toEqual({
          __typename: 'VerifyEmailSuccess',
          tokens: null,
        });
      });

      test('malformed input is refused before Okta is asked', async () => {
        stack().okta.requests.clear();
        expect(await verify(stack(), '', 'x'.repeat(257))).toMatchObject({
          __typename: 'ValidationFailed',
          fields: [
            { field: 'token', problem: 'REQUIRED' },
            { field: 'password', problem: 'TOO_LONG' },
          ],
        });
        expect(stack().okta.requests.all()).toEqual([]);
      });

      test('an outage is answered as one', async () => {
        stack().okta.fail({ path: '/api/v1/authn', fault: { kind: 'answer', status: 503 } });
        expect((await verify(stack(), 'aaaaaaaaaaaaaaaaaaaa'))?.__typename).toBe(
          'UpstreamUnavailable',
        );
      });

      test('neither token nor password gets into a URL or the log', async () => {
        await signUp(stack());
        const token = lastToken(stack());
        await verify(stack(), token);
        const urls = stack()
          .okta.requests.all()
          .map(({ path, query }) => `${path}?${query}`);
        const told = decodeURIComponent([...urls, ...stack().logs].join('\n'));
        expect(told).not.toContain(token);
        expect(told).not.toContain(password);
      });
    },
    { seed, accounts: { signUp: 'VERIFY_EMAIL', answerFloorMs } },
  );
});

describe('under SIGN_UP=VERIFY_EMAIL and open enumeration', () => {
  onBothFlows(
    (stack) => {
      test('the sign-up gives the account, which has no session yet', async () => {
        expect(await signUp(stack())).toMatchObject({
          __typename: 'SignUpSuccess',
          user: { email, status: 'PROVISIONED', id: expect.stringMatching(/^00u/) },
          tokens: null,
          verificationRequired: true,
        });
      });

      test('a log-in before the verification says so', async () => {
        await signUp(stack());
        const { data } = await stack().gql(LogInDocument, { input: { email, password } });
        expect(data?.logIn.__typename).toBe('EmailNotVerified');
      });

      test('a second sign-up before the verification sends the mail again', async () => {
        await signUp(stack());
        expect(await signUp(stack())).toEqual({
          __typename: 'SignUpSuccess',
          user: null,
          tokens: null,
          verificationRequired: true,
        });
        expect(mails(stack())).toEqual([`ACTIVATION ${email}`, `ACTIVATION ${email}`]);
      });

      test('an address whose account is in use is taken, and its owner is not bothered', async () => {
        const answer = await signUp(stack(), { ...ada, email: 'Demo@example.com' });
        expect(answer?.__typename).toBe('EmailTaken');
        expect(mails(stack())).toEqual([]);
      });
    },
    { accounts: { signUp: 'VERIFY_EMAIL', enumeration: 'open' } },
  );
});
