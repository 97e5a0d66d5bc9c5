import { expect, test } from 'vitest';
import {
  DeleteAccountDocument,
  LogInDocument,
  MeDocument,
  RefreshTokenDocument,
  SignUpDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { names } from '../support/accounts.ts';
import { afterLogIn, bearer, logIn } from './flows.ts';

const password = 'Correct-Horse-7';
const seed = { passwordPolicy: { lockoutMaxAttempts: 3, showLockoutFailures: true } };

afterLogIn(
  (stack) => {
    const deleteAccount = async (
      given: string,
      headers?: { authorization: string },
    ): Promise<unknown> => {
      const input = { password: given };
      const { data, errors } = await stack().gql(DeleteAccountDocument, { input }, headers);
      return data?.deleteAccount ?? errors?.map(({ extensions }) => extensions?.['code']);
    };
    const logInTypes = async (email: string) => {
      const { data } = await stack().gql(LogInDocument, { input: { email, password } });
      return data?.logIn.__typename;
    };
    const requests = (method: string) =>
      stack()
        .okta.requests.all()
        .filter(({ method: one, path }) => one === method && path.startsWith('/api/v1/users/'))
        .map(({ status }) => status);

    test('the account is gone, and its tokens are dead', async () => {
      const { accessToken, refreshToken } = await logIn(stack());
      const { data } = await stack().gql(MeDocument, {}, bearer(accessToken));
      stack().okta.requests.clear();
      expect(await deleteAccount(password, bearer(accessToken))).toEqual({
        __typename: 'DeleteAccountSuccess',
        userId: data?.me?.id,
      });
      expect(requests('DELETE')).toEqual([204, 204]);
      expect(await logInTypes('demo@example.com')).toBe('InvalidCredentials');
      const refreshed = await stack().gql(RefreshTokenDocument, { input: { refreshToken } });
      expect(refreshed.data?.refreshToken.__typename).toBe('RefreshTokenRejected');
      const { errors } = await stack().gql(MeDocument, {}, bearer(accessToken));
      expect(errors?.[0]?.extensions?.['code']).toBe('TOKEN_INVALID');
    });

    test('the address is free for another account', async () => {
      const { accessToken } = await logIn(stack());
      await deleteAccount(password, bearer(accessToken));
      await stack().gql(SignUpDocument, {
        input: { email: 'demo@example.com', password, ...names },
      });
      expect(await logInTypes('demo@example.com')).toBe('LogInSuccess');
    });

    test('a wrong password changes nothing and counts towards the lockout', async () => {
      const { accessToken } = await logIn(stack());
      for (let attempt = 0; attempt < 2; attempt += 1) {
        expect(await deleteAccount('wrong', bearer(accessToken))).toMatchObject({
          __typename: 'InvalidCredentials',
        });
      }
      expect(await logInTypes('demo@example.com')).toBe('LogInSuccess');
      for (let attempt = 0; attempt < 3; attempt += 1) {
        await deleteAccount('wrong', bearer(accessToken));
      }
      expect(await deleteAccount(password, bearer(accessToken))).toMatchObject({
        __typename: 'AccountLocked',
      });
      expect(requests('DELETE')).toEqual([]);
    });

    test('the check of the password opens no session', async () => {
      const { accessToken } = await logIn(stack());
      stack().okta.requests.clear();
      await deleteAccount('wrong', bearer(accessToken));
      const { email } = stack().okta.seeded.customer;
      await logIn(stack(), { email, password });
      const me = await stack().gql(MeDocument, { sessions: true }, bearer(accessToken));
      expect(me.data?.me?.sessions).toHaveLength(2);
    });

    test('an expired password is still proof', async () => {
      // Away from the tests before, or the token is rechecked: Okta has no good ones of such an account.
      stack().clock.advance(61_000);
      const { accessToken } = await logIn(stack());
      stack().okta.setStatus('demo@example.com', 'PASSWORD_EXPIRED');
      expect(await deleteAccount(password, bearer(accessToken))).toMatchObject({
        __typename: 'DeleteAccountSuccess',
      });
    });

    test('an answer that was lost can be asked for again', async () => {
      const { accessToken } = await logIn(stack());
      const first = await deleteAccount(password, bearer(accessToken));
      expect(await deleteAccount(password, bearer(accessToken))).toEqual(first);
    });

    test('Okta acts and its answer is lost: it is done nevertheless', async () => {
      const { accessToken } = await logIn(stack());
      const fault = { kind: 'reset', when: 'after' } as const;
      stack().okta.fail({ method: 'DELETE', path: '/api/v1/users/', times: 1, fault });
      expect(await deleteAccount(password, bearer(accessToken))).toMatchObject({
        __typename: 'DeleteAccountSuccess',
      });
      expect(await logInTypes('demo@example.com')).toBe('InvalidCredentials');
    });

    test('what Okta cannot do now can be tried again', async () => {
      const { accessToken } = await logIn(stack());
      const undo = stack().okta.fail({
        method: 'DELETE',
        path: '/api/v1/users/',
        fault: { kind: 'answer', status: 503 },
      });
      expect(await deleteAccount(password, bearer(accessToken))).toMatchObject({
        __typename: 'UpstreamUnavailable',
        retryable: true,
      });
      undo();
      expect(await deleteAccount(password, bearer(accessToken))).toMatchObject({
        __typename: 'DeleteAccountSuccess',
      });
    });

    test('an account that is shut and not deleted is deleted when it is asked for again', async () => {
      const { accessToken } = await logIn(stack());
      const at = { method: 'DELETE', path: '/api/v1/users/' };
      stack().okta.fail({ ...at, times: 1, fault: { kind: 'delay', ms: 0 } });
      const undo = stack().okta.fail({ ...at, fault: { kind: 'answer', status: 503 } });
      for (let time = 0; time < 2; time += 1) {
        expect(await deleteAccount(password, bearer(accessToken))).toMatchObject({
          __typename: 'UpstreamUnavailable',
          retryable: true,
        });
      }
      const { errors } = await stack().gql(MeDocument, {}, bearer(accessToken));
      expect(errors?.[0]?.extensions?.['code']).toBe('TOKEN_INVALID');
      undo();
      stack().okta.requests.clear();
      expect(await deleteAccount(password, bearer(accessToken))).toMatchObject({
        __typename: 'DeleteAccountSuccess',
      });
      expect(requests('DELETE')).toEqual([204]);
      await stack().gql(SignUpDocument, {
        input: { email: 'demo@example.com', password, ...names },
      });
      expect(await logInTypes('demo@example.com')).toBe('LogInSuccess');
    });

    test('a customer whom the org has disabled cannot remove the traces', async () => {
      const { accessToken } = await logIn(stack());
      for (const status of ['SUSPENDED', 'DEPROVISIONED'] as const) {
        stack().okta.setStatus('demo@example.com', status);
        expect(await deleteAccount(password, bearer(accessToken))).toEqual(['TOKEN_INVALID']);
      }
      expect(requests('DELETE')).toEqual([]);
    });

    test('the password is required', async () => {
      const { accessToken } = await logIn(stack());
      expect(await deleteAccount('', bearer(accessToken))).toMatchObject({
        __typename: 'ValidationFailed',
        fields: [{ field: 'password', problem: 'REQUIRED' }],
      });
    });

    test('only the customer can do it', async () => {
      expect(await deleteAccount(password)).toEqual(['CALLER_UNAUTHENTICATED']);
      expect(await deleteAccount(password, { authorization: stack().basic })).toEqual([
        'FORBIDDEN',
      ]);
      expect(await deleteAccount(password, bearer('nonsense'))).toEqual(['TOKEN_INVALID']);
    });
  },
  { seed },
);
