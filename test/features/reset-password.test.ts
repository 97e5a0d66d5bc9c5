import { expect, test } from 'vitest';
import {
  LogInDocument,
  RefreshTokenDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
} from '../gql/graphql.ts';
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
      ['weak', 'short', 'REQUIREMENTS_NOT_MET'],
      ['current', oldPassword, 'USED_RECENTLY'],
    ])(
      'a %s password is rejected with the reason, and the token stays good',
      async (_, bad, why) => {
        const token = await mailedToken();
        const answer = await reset(token, bad);
        if (answer?.__typename !== 'PasswordRejected') throw new Error(answer?.__typename);
        expect(answer.violations).toEqual([why]);
        expect((await reset(token))?.__typename).toBe('ResetPasswordSuccess');
      },
    );

    test('every malformed field is named before Okta is asked', async () => {
      stack().okta.requests.clear();
      expect(await reset('a b', '')).toMatchObject({
        __typename: 'ValidationFailed',
        fields: [
          { path: 'resetToken', problem: 'MALFORMED' },
          { path: 'newPassword', problem: 'REQUIRED' },
        ],
      });
      expect(stack().okta.requests.all()).toEqual([]);
    });
  },
  { seed },
);
