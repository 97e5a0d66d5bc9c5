import { expect, test } from 'vitest';
import {
  LogInDocument,
  RefreshTokenDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  VerifyEmailDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { logIn, onBothFlows } from './flows.ts';

const email = 'demo@example.com';
const oldPassword = 'Correct-Horse-7';
const newPassword = 'Better-Battery-9';
const seed = { passwordPolicy: { historyCount: 2 } };

onBothFlows(
  (stack) => {
    const mailedToken = async () => {
      await stack().gql(RequestPasswordResetDocument, { input: { email } });
      return stack().okta.outbox.to(email).at(-1)?.token ?? '';
    };
    const reset = async (resetToken: string, password = newPassword) => {
      const input = { resetToken, newPassword: password };
      const { data, errors } = await stack().gql(ResetPasswordDocument, { input });
      expect(errors).toBeUndefined();
      return data?.resetPassword;
    };

    const rejected = async (token: string, weak = 'Short') => {
      const answer = await reset(token, weak);
      if (answer?.__typename !== 'PasswordRejected') throw new Error(answer?.__typename);
      return { ...answer, retryTransaction: answer.retryTransaction ?? 'none' };
    };

    test('the token of the mail sets a new password and ends every session', async () => {
      const before = await logIn(stack());
      expect(await reset(await mailedToken())).toEqual({
        __typename: 'ResetPasswordSuccess',
        sessionsEnded: true,
      });
      await logIn(stack(), { email, password: newPassword });
      const old = await stack().gql(LogInDocument, { input: { email, password: oldPassword } });
      expect(old.data?.logIn.__typename).toBe('InvalidCredentials');
      const { refreshToken } = before;
      const refreshed = await stack().gql(RefreshTokenDocument, { input: { refreshToken } });
      expect(refreshed.data?.refreshToken.__typename).toBe('RefreshTokenRejected');
    });

    test('a token works once, made-up and expired ones not at all', async () => {
      const used = await mailedToken();
      await reset(used);
      const expired = await mailedToken();
      stack().clock.advance(61 * 60_000);
      for (const token of [used, expired, 'made-up', '..', '../../users/me']) {
        expect(await reset(token, 'Another-Battery-9')).toEqual({
          __typename: 'ResetTokenInvalid',
          code: 'RESET_TOKEN_INVALID',
          message: 'The reset token is not valid any more. Ask for a new one.',
          retryable: false,
        });
      }
      await logIn(stack(), { email, password: newPassword });
    });

    test('of many uses of one token at once exactly one succeeds', async () => {
      const token = await mailedToken();
      const passwords = Array.from({ length: 8 }, (_, index) => `Better-Battery-${index}`);
      const answers = await Promise.all(passwords.map((password) => reset(token, password)));
      const outcomes = answers.map((answer) => answer?.__typename).sort();
      expect(outcomes).toEqual(['ResetPasswordSuccess', ...Array(7).fill('ResetTokenInvalid')]);
    });

    test.each([
      ['weak', 'Short', ['TOO_SHORT', 'NO_NUMBER']],
      ['part of the login', 'Example-Battery-9', ['CONTAINS_LOGIN']],
      ['current', oldPassword, ['USED_RECENTLY']],
    ])('after a %s password another one is taken in place of the token', async (_, bad, why) => {
      const token = await mailedToken();
      const { violations, retryTransaction } = await rejected(token, bad);
      expect(violations).toEqual(why);
      expect((await reset(token))?.__typename).toBe('ResetTokenInvalid');
      expect((await reset(retryTransaction))?.__typename).toBe('ResetPasswordSuccess');
      await logIn(stack(), { email, password: newPassword });
      expect((await reset(retryTransaction))?.__typename).toBe('ResetTokenInvalid');
    });

    test('the sessions of before end with the second try too', async () => {
      const { refreshToken } = await logIn(stack());
      const { retryTransaction } = await rejected(await mailedToken());
      await reset(retryTransaction);
      const refreshed = await stack().gql(RefreshTokenDocument, { input: { refreshToken } });
      expect(refreshed.data?.refreshToken.__typename).toBe('RefreshTokenRejected');
    });

    test('a rejected second try gives the transaction again, five times', async () => {
      const { retryTransaction } = await rejected(await mailedToken());
      for (let tries = 0; tries < 5; tries++) {
        expect((await rejected(retryTransaction)).retryTransaction).toBe(retryTransaction);
      }
      expect((await reset(retryTransaction))?.__typename).toBe('ResetTokenInvalid');
    });

    test('of many uses of one transaction at once exactly one succeeds', async () => {
      const { retryTransaction } = await rejected(await mailedToken());
      const passwords = Array.from({ length: 8 }, (_, index) => `Better-Battery-${index}`);
      const answers = await Promise.all(
        passwords.map((password) => reset(retryTransaction, password)),
      );
      const outcomes = answers.map((answer) => answer?.__typename).sort();
      expect(outcomes).toEqual(['ResetPasswordSuccess', ...Array(7).fill('ResetTokenInvalid')]);
    });

    test('of many weak passwords for one token at once one gets the transaction', async () => {
      const token = await mailedToken();
      const answers = await Promise.all(Array.from({ length: 8 }, () => reset(token, 'Short')));
      const outcomes = answers.map((answer) => answer?.__typename).sort();
      expect(outcomes).toEqual(['PasswordRejected', ...Array(7).fill('ResetTokenInvalid')]);
    });

    test('the transaction ends with what Okta waits for', async () => {
      const { retryTransaction } = await rejected(await mailedToken());
      stack().clock.advance(6 * 60_000);
      expect((await reset(retryTransaction))?.__typename).toBe('ResetTokenInvalid');
    });

    test('the transaction is for this mutation, this caller, and as it was given', async () => {
      const { retryTransaction } = await rejected(await mailedToken());
      const input = { token: retryTransaction, password: newPassword };
      const verified = await stack().gql(VerifyEmailDocument, { input });
      expect(verified.data?.verifyEmail.__typename).toBe('VerificationTokenInvalid');
      const service = { authorization: stack().basic };
      const again = { input: { resetToken: retryTransaction, newPassword } };
      const foreign = await stack().gql(ResetPasswordDocument, again, service);
      expect(foreign.data?.resetPassword.__typename).toBe('ResetTokenInvalid');
      for (const altered of ['a.b.c.d.e', `${retryTransaction}x`, retryTransaction.slice(0, -2)]) {
        expect((await reset(altered))?.__typename).toBe('ResetTokenInvalid');
      }
      expect((await reset(retryTransaction))?.__typename).toBe('ResetPasswordSuccess');
    });

    test('after an outage in the second try the transaction is still good', async () => {
      const { retryTransaction } = await rejected(await mailedToken());
      const path = '/api/v1/authn/credentials/reset_password';
      const undo = stack().okta.fail({ path, fault: { kind: 'answer', status: 503 } });
      expect((await reset(retryTransaction))?.__typename).toBe('UpstreamUnavailable');
      undo();
      expect((await reset(retryTransaction))?.__typename).toBe('ResetPasswordSuccess');
    });

    test('every malformed field is named before Okta is asked', async () => {
      stack().okta.requests.clear();
      expect(await reset('ä b', '')).toMatchObject({
        __typename: 'ValidationFailed',
        fields: [
          { field: 'resetToken', problem: 'MALFORMED' },
          { field: 'newPassword', problem: 'REQUIRED' },
        ],
      });
      expect(stack().okta.requests.all()).toEqual([]);
    });
  },
  { seed },
);
