import { expect, test } from 'vitest';
import {
  ChangeExpiredPasswordDocument,
  type ChangeExpiredPasswordInput,
  LogInDocument,
  RefreshTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { logIn as logInActive, onBothFlows } from './flows.ts';
import { leave, requestsTo } from './leave.ts';

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
    const change = async (transaction: string, given: Partial<ChangeExpiredPasswordInput> = {}) => {
      const input = { transaction, currentPassword, newPassword, ...given };
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

    /** A session from before the password expired, and whether it goes on. */
    const sessionBefore = async () => {
      stack().okta.setStatus(email, 'ACTIVE');
      const input = await logInActive(stack(), { email, password: currentPassword });
      stack().okta.setStatus(email, 'PASSWORD_EXPIRED');
      return async () => {
        const { refreshToken } = input;
        const { data } = await stack().gql(RefreshTokenDocument, { input: { refreshToken } });
        return data?.refreshToken.__typename === 'RefreshTokenSuccess';
      };
    };

    test('an earlier session has ended, the new one goes on, and the answer says so', async () => {
      const goesOn = await sessionBefore();
      const answer = await change((await expiredStep()).transaction);
      if (answer?.__typename !== 'ChangeExpiredPasswordSuccess')
        throw new Error(answer?.__typename);
      expect(answer.otherSessionsEnded).toBe(true);
      expect(await goesOn()).toBe(false);
      const input = { refreshToken: answer.tokens.refreshToken ?? '' };
      const { data } = await stack().gql(RefreshTokenDocument, { input });
      expect(data?.refreshToken.__typename).toBe('RefreshTokenSuccess');
    });

    test('without endOtherSessions a session from before goes on', async () => {
      const goesOn = await sessionBefore();
      const answer = await change((await expiredStep()).transaction, { endOtherSessions: false });
      expect(answer).toMatchObject({
        __typename: 'ChangeExpiredPasswordSuccess',
        otherSessionsEnded: false,
      });
      expect(await goesOn()).toBe(true);
    });

    test('sessions end even if Okta fails once, and if the caller goes away', async () => {
      const goesOn = await sessionBefore();
      const { transaction } = await expiredStep();
      const [path, times] = [/\/sessions$/, 1];
      stack().okta.fail({ path, fault: { kind: 'answer', status: 503 }, times });
      const changing = '/api/v1/authn/credentials/change_password';
      stack().okta.fail({ path: changing, fault: { kind: 'delay', ms: 300 }, times });
      stack().okta.requests.clear();
      const input = { transaction, currentPassword, newPassword };
      await leave(stack(), { document: ChangeExpiredPasswordDocument, input }, changing);
      await expect.poll(() => requestsTo(stack().okta, '/sessions').at(-1)?.status).toBe(204);
      expect(await goesOn()).toBe(false);
      expect((await logIn(newPassword))?.__typename).toBe('LogInSuccess');
    });

    test('a wrong current password is no way in', async () => {
      const { transaction } = await expiredStep();
      const answer = await change(transaction, { currentPassword: 'Wrong-Horse-7', newPassword });
      expect(answer?.__typename).toBe('InvalidCredentials');
    });

    test.each([
      ['weak', 'Short', ['TOO_SHORT', 'NO_NUMBER']],
      ['current', currentPassword, ['USED_RECENTLY']],
    ])('a %s new password is rejected with the reason', async (_, weak, violations) => {
      const { transaction } = await expiredStep();
      const answer = await change(transaction, { currentPassword, newPassword: weak });
      if (answer?.__typename !== 'PasswordRejected') throw new Error(answer?.__typename);
      expect(answer.violations).toEqual(violations);
      expect(answer.retryTransaction).toBeNull();
    });

    test('a transaction outlives slips of the hand, and works once', async () => {
      const { transaction } = await expiredStep();
      const slips = [
        [{ currentPassword, newPassword: 'short' }, 'PasswordRejected'],
        [{ currentPassword: 'Wrong-Horse-7', newPassword }, 'InvalidCredentials'],
        [{ currentPassword, newPassword }, 'ChangeExpiredPasswordSuccess'],
        [{ currentPassword: newPassword, newPassword: 'Other-Battery-9' }, 'TransactionInvalid'],
      ] as const;
      for (const [passwords, typename] of slips) {
        expect((await change(transaction, passwords))?.__typename).toBe(typename);
      }
    });

    test('a transaction ends after five slips', async () => {
      const { transaction } = await expiredStep();
      for (let slips = 0; slips < 5; slips++) {
        const answer = await change(transaction, { currentPassword, newPassword: 'short' });
        expect(answer?.__typename).toBe('PasswordRejected');
      }
      expect((await change(transaction))?.__typename).toBe('TransactionInvalid');
    });

    test('malformed input does not use a transaction up', async () => {
      const { transaction } = await expiredStep();
      const answer = await change(transaction, { currentPassword: '', newPassword: '' });
      expect(answer).toMatchObject({
        __typename: 'ValidationFailed',
        fields: [
          { field: 'currentPassword', problem: 'REQUIRED' },
          { field: 'newPassword', problem: 'REQUIRED' },
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

    test('an account that is locked meanwhile cannot log in', async () => {
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
