import { expect, test } from 'vitest';
import { ChangeExpiredPasswordDocument, LogInDocument } from '../gql/graphql.ts';
import { onBothFlows } from './flows.ts';

const email = 'expired@example.com';
const currentPassword = 'Correct-Horse-7';
const newPassword = 'Better-Battery-9';
const seed = {
  users: [
    { email, password: currentPassword, status: 'PASSWORD_EXPIRED' },
    {
      email: 'unassigned@example.com',
      password: currentPassword,
      status: 'PASSWORD_EXPIRED',
      assigned: false,
    },
  ],
  passwordPolicy: { historyCount: 2 },
} as const;

onBothFlows(
  (stack) => {
    const logIn = async (password: string, address = email) => {
      const { data } = await stack().gql(LogInDocument, { input: { email: address, password } });
      return data?.logIn;
    };
    const expiredStep = async (address = email) => {
      const step = await logIn(currentPassword, address);
      if (step?.__typename !== 'PasswordExpired') throw new Error(step?.__typename);
      return step;
    };
    const change = async (transaction: string, passwords = { currentPassword, newPassword }) => {
      const input = { transaction, ...passwords };
      const { data, errors } = await stack().gql(ChangeExpiredPasswordDocument, { input });
      expect(errors).toBeUndefined();
      return data?.changeExpiredPassword;
    };

    test('the step gives a session, and the new password is the only one from then on', async () => {
      const answer = await change((await expiredStep()).transaction);
      if (answer?.__typename !== 'ChangeExpiredPasswordSuccess')
        throw new Error(answer?.__typename);
      expect(answer.tokens.refreshToken).not.toBeNull();
      expect((await logIn(newPassword))?.__typename).toBe('LogInSuccess');
      expect((await logIn(currentPassword))?.__typename).toBe('InvalidCredentials');
    });

    test('a wrong current password is no way in', async () => {
      const { transaction } = await expiredStep();
      const answer = await change(transaction, { currentPassword: 'Wrong-Horse-7', newPassword });
      expect(answer?.__typename).toBe('InvalidCredentials');
    });

    test.each([
      ['weak', 'short', 'REQUIREMENTS_NOT_MET'],
      ['current', currentPassword, 'USED_RECENTLY'],
    ])('a %s new password is rejected with the reason', async (_, weak, violation) => {
      const { transaction } = await expiredStep();
      const answer = await change(transaction, { currentPassword, newPassword: weak });
      if (answer?.__typename !== 'PasswordRejected') throw new Error(answer?.__typename);
      expect(answer.violations).toEqual([violation]);
    });

    test('a transaction works once', async () => {
      const { transaction } = await expiredStep();
      await change(transaction, { currentPassword, newPassword: 'short' });
      expect((await change(transaction))?.__typename).toBe('TransactionInvalid');
    });

    test('malformed input does not use a transaction up', async () => {
      const { transaction } = await expiredStep();
      const answer = await change(transaction, { currentPassword: '', newPassword: '' });
      expect(answer).toMatchObject({
        __typename: 'ValidationFailed',
        fields: [
          { path: 'currentPassword', problem: 'REQUIRED' },
          { path: 'newPassword', problem: 'REQUIRED' },
        ],
      });
      expect((await change(transaction))?.__typename).toBe('ChangeExpiredPasswordSuccess');
    });

    test('a transaction ends when it says so', async () => {
      const { transaction, expiresAt } = await expiredStep();
      stack().clock.advance(Date.parse(expiresAt) - stack().clock.now() + 1000);
      expect((await change(transaction))?.__typename).toBe('TransactionInvalid');
    });

    test.each(['x', 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.BBBB.CCCC'])(
      'the made-up transaction %s is no transaction',
      async (transaction) => {
        expect((await change(transaction))?.__typename).toBe('TransactionInvalid');
      },
    );

    test('an account that locks meanwhile does not get in', async () => {
      const { transaction } = await expiredStep();
      stack().okta.setStatus(email, 'SUSPENDED');
      const answer = await change(transaction);
      expect(['InvalidCredentials', 'TransactionInvalid']).toContain(answer?.__typename);
      expect((await logIn(newPassword))?.__typename).toBe('InvalidCredentials');
    });

    test('Okta saying that the account is locked is passed on', async () => {
      const { transaction } = await expiredStep();
      stack().okta.fail({
        method: 'POST',
        path: '/api/v1/authn',
        fault: {
          kind: 'answer',
          status: 403,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ errorCode: 'E0000069', errorSummary: 'User Locked' }),
        },
      });
      expect((await change(transaction))?.__typename).toBe('AccountLocked');
    });
  },
  { seed },
);
