import { expect, test } from 'vitest';
import {
  ChangePasswordDocument,
  type ChangePasswordInput,
  LogInDocument,
  RefreshTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { bearer, logIn, onBothFlows } from './flows.ts';

const email = 'demo@example.com';
const currentPassword = 'Correct-Horse-7';
const newPassword = 'Better-Battery-9';
const locked = { email: 'locked@example.com', password: 'Correct-Horse-7' };
const seed = {
  users: [locked],
  passwordPolicy: { historyCount: 2, lockoutMaxAttempts: 3, showLockoutFailures: true },
};

onBothFlows(
  (stack) => {
    const change = async (input: Partial<ChangePasswordInput>, accessToken?: string) => {
      const token = accessToken ?? (await logIn(stack())).accessToken;
      const { data, errors } = await stack().gql(
        ChangePasswordDocument,
        { input: { currentPassword, newPassword, ...input } },
        bearer(token),
      );
      expect(errors).toBeUndefined();
      return data?.changePassword;
    };
    const refresh = async (refreshToken: string) => {
      const { data } = await stack().gql(RefreshTokenDocument, { input: { refreshToken } });
      return data?.refreshToken.__typename;
    };
    const logInAs = async (password: string) => {
      const { data } = await stack().gql(LogInDocument, { input: { email, password } });
      return data?.logIn.__typename;
    };

    test('a new password ends the sessions from before and gives a new one', async () => {
      const before = [await logIn(stack()), await logIn(stack())];
      const answer = await change({}, before[0]?.accessToken);
      if (answer?.__typename !== 'ChangePasswordSuccess') throw new Error(answer?.__typename);
      expect(answer).toMatchObject({ otherSessionsEnded: true, logInRequired: false });
      for (const { refreshToken } of before) {
        expect(await refresh(refreshToken)).toBe('RefreshTokenRejected');
      }
      expect(await refresh(answer.tokens?.refreshToken ?? '')).toBe('RefreshTokenSuccess');
      expect(await logInAs(newPassword)).toBe('LogInSuccess');
      expect(await logInAs(currentPassword)).toBe('InvalidCredentials');
    });

    test('without endOtherSessions every session goes on', async () => {
      const { accessToken, refreshToken } = await logIn(stack());
      expect(await change({ endOtherSessions: false }, accessToken)).toEqual({
        __typename: 'ChangePasswordSuccess',
        tokens: null,
        otherSessionsEnded: false,
        logInRequired: false,
      });
      expect(await refresh(refreshToken)).toBe('RefreshTokenSuccess');
    });

    test('where the log-in fails the answer says so, since the password is changed', async () => {
      const { accessToken } = await logIn(stack());
      const undo = stack().okta.fail({
        path: /^\/oauth2\/default\/v1\/(token|authorize)$/,
        fault: { kind: 'answer', status: 503 },
      });
      expect(await change({}, accessToken)).toEqual({
        __typename: 'ChangePasswordSuccess',
        tokens: null,
        otherSessionsEnded: true,
        logInRequired: true,
      });
      undo();
      expect(await logInAs(newPassword)).toBe('LogInSuccess');
    });

    test('a wrong current password changes nothing and counts towards the lockout', async () => {
      const { accessToken } = await logIn(stack());
      const wrong = { currentPassword: 'Wrong-Horse-7' };
      expect((await change(wrong, accessToken))?.__typename).toBe('InvalidCredentials');
      await change(wrong, accessToken);
      await change(wrong, accessToken);
      expect((await change({}, accessToken))?.__typename).toBe('AccountLocked');
      stack().okta.setStatus(email, 'ACTIVE');
      expect(await logInAs(currentPassword)).toBe('LogInSuccess');
    });

    test.each([
      ['weak', 'weak', ['TOO_SHORT', 'NO_UPPER_CASE', 'NO_NUMBER']],
      ['part of the login', 'Example-Battery-9', ['CONTAINS_LOGIN']],
      ['the present one', currentPassword, ['USED_RECENTLY']],
    ])('a password that is %s is rejected with the reason', async (_, bad, violations) => {
      const { accessToken, refreshToken } = await logIn(stack());
      expect(await change({ newPassword: bad }, accessToken)).toMatchObject({
        __typename: 'PasswordRejected',
        violations,
      });
      expect(await refresh(refreshToken)).toBe('RefreshTokenSuccess');
    });

    test('one of the last passwords is rejected', async () => {
      await change({});
      const { accessToken } = await logIn(stack(), { email, password: newPassword });
      const back = { currentPassword: newPassword, newPassword: currentPassword };
      expect(await change(back, accessToken)).toMatchObject({
        __typename: 'PasswordRejected',
        violations: ['USED_RECENTLY'],
      });
    });

    test('every malformed field is named before Okta is asked', async () => {
      const { accessToken } = await logIn(stack());
      stack().okta.requests.clear();
      const input = { currentPassword: '', newPassword: 'x'.repeat(257) };
      expect(await change(input, accessToken)).toMatchObject({
        __typename: 'ValidationFailed',
        fields: [
          { field: 'currentPassword', problem: 'REQUIRED' },
          { field: 'newPassword', problem: 'TOO_LONG' },
        ],
      });
      expect(stack().okta.requests.all()).toEqual([]);
    });

    test.each([
      ['nobody', () => ({}), 'CALLER_UNAUTHENTICATED'],
      ['a service', (basic: string) => ({ authorization: basic }), 'FORBIDDEN'],
    ])('%s has no password to change', async (_, headers, code) => {
      const input = { currentPassword, newPassword };
      const answer = await stack().gql(ChangePasswordDocument, { input }, headers(stack().basic));
      expect(answer.errors?.map(({ extensions }) => extensions?.['code'])).toEqual([code]);
    });

    test('sessions that could not be ended at first are ended by another try', async () => {
      const { accessToken, refreshToken } = await logIn(stack());
      stack().okta.fail({
        method: 'DELETE',
        path: '/api/v1/users/',
        times: 1,
        fault: { kind: 'answer', status: 503 },
      });
      expect(await change({}, accessToken)).toMatchObject({ otherSessionsEnded: true });
      expect(await refresh(refreshToken)).toBe('RefreshTokenRejected');
    });

    test('passwords and tokens get into no log line', async () => {
      const { accessToken } = await logIn(stack());
      await change({ newPassword: 'weak' }, accessToken);
      const answer = await change({}, accessToken);
      const secrets = [accessToken, currentPassword, newPassword, 'weak', email];
      if (answer?.__typename === 'ChangePasswordSuccess' && answer.tokens) {
        secrets.push(answer.tokens.accessToken);
      }
      for (const secret of secrets) expect(stack().logs.join('\n')).not.toContain(secret);
    });
  },
  { seed },
);

onBothFlows(
  (stack) => {
    test('a password that is too young to be changed is rejected with the reason', async () => {
      const { accessToken } = await logIn(stack());
      const input = { currentPassword, newPassword };
      const change = () => stack().gql(ChangePasswordDocument, { input }, bearer(accessToken));
      expect((await change()).data?.changePassword).toMatchObject({
        __typename: 'PasswordRejected',
        violations: ['CHANGED_TOO_RECENTLY'],
      });
    });
  },
  { seed: { passwordPolicy: { minAgeMinutes: 60 } } },
);
