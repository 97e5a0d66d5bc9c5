import { describe, expect, onTestFinished, test } from 'vitest';
import {
  ConfirmEmailChangeDocument,
  LogInDocument,
  MeDocument,
  RefreshTokenDocument,
  RequestEmailChangeDocument,
  SignUpDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { names } from '../support/accounts.ts';
import { startStack } from '../support/start.ts';
import { afterLogIn, bearer, type Flow, logIn } from './flows.ts';

const password = 'Correct-Horse-7';
const present = 'demo@example.com';
const newEmail = 'new@example.com';
const taken = 'taken@example.com';
const seed = {
  users: [{ email: taken, password }],
  passwordPolicy: { lockoutMaxAttempts: 3, showLockoutFailures: true },
};
const minute = 60_000;

afterLogIn(
  (stack) => {
    const request = async (
      input: { newEmail: string; password: string },
      headers?: { authorization: string },
    ) => {
      const { data, errors } = await stack().gql(RequestEmailChangeDocument, { input }, headers);
      return data?.requestEmailChange ?? errors?.map(({ extensions }) => extensions?.['code']);
    };
    const confirm = async (
      input: { transaction: string; code: string },
      headers?: { authorization: string },
    ) => {
      const { data, errors } = await stack().gql(ConfirmEmailChangeDocument, { input }, headers);
      return data?.confirmEmailChange ?? errors?.map(({ extensions }) => extensions?.['code']);
    };
    const begun = async (headers: { authorization: string }, to = newEmail) => {
      const answer = await request({ newEmail: to, password }, headers);
      if (answer === undefined || !('transaction' in answer)) {
        throw new Error(`not begun: ${JSON.stringify(answer)}`);
      }
      return answer.transaction;
    };
    const mailedCode = (to = newEmail) => stack().okta.outbox.to(to).at(-1)?.code ?? '';
    const logInType = async (email: string) => {
      const { data } = await stack().gql(LogInDocument, { input: { email, password } });
      return data?.logIn.__typename;
    };
    const me = async (headers: { authorization: string }) => {
      const { data } = await stack().gql(MeDocument, {}, headers);
      return { login: data?.me?.login, email: data?.me?.email };
    };
    const revocations = () =>
      stack()
        .okta.requests.all()
        .filter(({ path }) => path.endsWith('/v1/revoke'))
        .map(({ status }) => status);
    const session = async () => {
      const { accessToken, refreshToken } = await logIn(stack());
      return { headers: bearer(accessToken), refreshToken };
    };

    test('the code of the mail makes the new address the one to log in with', async () => {
      const { headers, refreshToken } = await session();
      const transaction = await begun(headers);
      expect(await me(headers)).toEqual({ login: present, email: present });
      expect(await logInType(newEmail)).toBe('InvalidCredentials');
      expect(await confirm({ transaction, code: mailedCode() }, headers)).toMatchObject({
        __typename: 'ConfirmEmailChangeSuccess',
        user: { login: newEmail, email: newEmail },
      });
      expect(await me(headers)).toEqual({ login: newEmail, email: newEmail });
      expect(await logInType(newEmail)).toBe('LogInSuccess');
      expect(await logInType(present)).toBe('InvalidCredentials');
      const refreshed = await stack().gql(RefreshTokenDocument, { input: { refreshToken } });
      expect(refreshed.data?.refreshToken.__typename).toBe('RefreshTokenSuccess');
    });

    test('an answer that anyone could give does not change the address', async () => {
      const { headers } = await session();
      const transaction = await begun(headers);
      const fault = { kind: 'answer', status: 200, body: '<html>Hello' } as const;
      onTestFinished(stack().okta.fail({ path: /\/challenge\/.+\/verify$/, fault }));
      expect(await confirm({ transaction, code: mailedCode() }, headers)).toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
      });
      expect(await me(headers)).toEqual({ login: present, email: present });
    });

    test('the present address gets to know, and no code', async () => {
      const { headers } = await session();
      stack().okta.outbox.clear();
      await begun(headers);
      expect(
        stack()
          .okta.outbox.all()
          .map(({ kind, to, code }) => [kind, to, code !== null]),
      ).toEqual([
        ['EMAIL_CHANGE_CODE', newEmail, true],
        ['EMAIL_CHANGE_NOTICE', present, false],
      ]);
    });

    test('neither step leaves a session behind', async () => {
      const { headers } = await session();
      const transaction = await begun(headers);
      await confirm({ transaction, code: mailedCode() }, headers);
      const { data } = await stack().gql(MeDocument, { sessions: true }, headers);
      expect(data?.me?.sessions).toHaveLength(1);
    });

    test('a wrong code can be put right, a few times', async () => {
      const { headers } = await session();
      const transaction = await begun(headers);
      const right = mailedCode();
      const wrong = right === '000000' ? '000001' : '000000';
      expect(await confirm({ transaction, code: wrong }, headers)).toMatchObject({
        __typename: 'EmailCodeInvalid',
        code: 'EMAIL_CODE_INVALID',
        retryable: false,
      });
      expect(await me(headers)).toEqual({ login: present, email: present });
      expect(
        await confirm({ transaction, code: ` ${right.slice(0, 3)} ${right.slice(3)}` }, headers),
      ).toMatchObject({ __typename: 'ConfirmEmailChangeSuccess' });
      expect(await confirm({ transaction, code: right }, headers)).toMatchObject({
        __typename: 'TransactionInvalid',
      });
    });

    test('five wrong codes end it', async () => {
      const { headers } = await session();
      const transaction = await begun(headers);
      const right = mailedCode();
      const wrong = right === '000000' ? '000001' : '000000';
      for (let attempt = 0; attempt < 5; attempt += 1) {
        await confirm({ transaction, code: wrong }, headers);
      }
      expect(await confirm({ transaction, code: right }, headers)).toMatchObject({
        __typename: 'TransactionInvalid',
      });
    });

    test('after five minutes it has expired', async () => {
      const { headers } = await session();
      const transaction = await begun(headers);
      stack().clock.advance(5 * minute);
      expect(await confirm({ transaction, code: mailedCode() }, headers)).toMatchObject({
        __typename: 'TransactionInvalid',
      });
    });

    test('it can be asked for again, and the newest code counts', async () => {
      const { headers } = await session();
      const first = await begun(headers);
      const second = await begun(headers);
      const code = mailedCode();
      expect(await confirm({ transaction: first, code }, headers)).toMatchObject({
        __typename: 'TransactionInvalid',
      });
      expect(await confirm({ transaction: second, code }, headers)).toMatchObject({
        __typename: 'ConfirmEmailChangeSuccess',
      });
    });

    test('the handle is of no use to another customer', async () => {
      const { headers } = await session();
      const transaction = await begun(headers);
      const eve = await logIn(stack(), { email: taken, password });
      const answer = await confirm({ transaction, code: mailedCode() }, bearer(eve.accessToken));
      expect(answer).toMatchObject({ __typename: 'TransactionInvalid' });
      expect(await me(headers)).toEqual({ login: present, email: present });
    });

    test('for a taken address all is the same but the mail, and no code is right', async () => {
      const { headers } = await session();
      const free = await begun(headers);
      stack().okta.outbox.clear();
      const transaction = await begun(headers, taken);
      expect(transaction).toHaveLength(free.length);
      expect(stack().okta.outbox.all()).toEqual([]);
      for (let attempt = 0; attempt < 5; attempt += 1) {
        expect(await confirm({ transaction, code: '123456' }, headers)).toMatchObject({
          __typename: 'EmailCodeInvalid',
        });
      }
      expect(await confirm({ transaction, code: '123456' }, headers)).toMatchObject({
        __typename: 'TransactionInvalid',
      });
    });

    test('an address that another account takes in the meantime stays theirs', async () => {
      const { headers } = await session();
      const transaction = await begun(headers);
      await stack().gql(SignUpDocument, { input: { email: newEmail, password, ...names } });
      expect(await confirm({ transaction, code: mailedCode() }, headers)).toMatchObject({
        __typename: 'EmailTaken',
      });
      expect(await me(headers)).toEqual({ login: present, email: present });
      expect(await logInType(present)).toBe('LogInSuccess');
    });

    test('Okta acts and its answer is lost: the same code finishes it', async () => {
      const { headers } = await session();
      const transaction = await begun(headers);
      const code = mailedCode();
      const lost = { kind: 'reset', when: 'after' } as const;
      stack().okta.fail({ path: /\/verify$/, times: 1, fault: lost });
      expect(await confirm({ transaction, code }, headers)).toMatchObject({
        __typename: 'UpstreamUnavailable',
        retryable: true,
      });
      expect(await confirm({ transaction, code }, headers)).toMatchObject({
        __typename: 'ConfirmEmailChangeSuccess',
        user: { login: newEmail, email: newEmail },
      });
    });

    test('a lost answer to the change of the name is asked for again', async () => {
      const { headers } = await session();
      const transaction = await begun(headers);
      const lost = { kind: 'reset', when: 'after' } as const;
      stack().okta.fail({ method: 'POST', path: '/api/v1/users/', times: 1, fault: lost });
      expect(await confirm({ transaction, code: mailedCode() }, headers)).toMatchObject({
        __typename: 'ConfirmEmailChangeSuccess',
        user: { login: newEmail, email: newEmail },
      });
    });

    describe('a change that stops half-way', () => {
      const halfDone = async () => {
        const { headers } = await session();
        const transaction = await begun(headers);
        const code = mailedCode();
        const undo = stack().okta.fail({
          method: 'POST',
          path: '/api/v1/users/',
          fault: { kind: 'answer', status: 503 },
        });
        expect(await confirm({ transaction, code }, headers)).toMatchObject({
          __typename: 'UpstreamUnavailable',
        });
        undo();
        expect(await me(headers)).toEqual({ login: present, email: newEmail });
        return { headers, transaction, code };
      };

      test('is finished by the same code', async () => {
        const { headers, ...step } = await halfDone();
        expect(await confirm(step, headers)).toMatchObject({
          __typename: 'ConfirmEmailChangeSuccess',
          user: { login: newEmail, email: newEmail },
        });
      });

      test.each([newEmail, 'third@example.com', present])(
        'is finished by a new one for %s after it has expired',
        async (to) => {
          const { headers, ...step } = await halfDone();
          stack().clock.advance(6 * minute);
          expect(await confirm(step, headers)).toMatchObject({ __typename: 'TransactionInvalid' });
          const transaction = await begun(headers, to);
          const code = mailedCode(to);
          expect(await confirm({ transaction, code }, headers)).toMatchObject({
            __typename: 'ConfirmEmailChangeSuccess',
            user: { login: to, email: to },
          });
          expect(await logInType(to)).toBe('LogInSuccess');
        },
      );

      test('leaves no unproven address when the next is not finished', async () => {
        const { headers } = await halfDone();
        await begun(headers);
        expect(await me(headers)).toEqual({ login: present, email: present });
      });
    });

    test('a request that fails leaves no token behind', async () => {
      const { headers } = await session();
      for (const path of [/\/emails$/, /\/challenge$/]) {
        stack().okta.requests.clear();
        const fault = { kind: 'answer', status: 503 } as const;
        stack().okta.fail({ method: 'POST', path, times: 1, fault });
        expect(await request({ newEmail, password }, headers)).toMatchObject({
          __typename: 'UpstreamUnavailable',
        });
        expect(revocations()).toEqual([200]);
      }
      const malformed = { kind: 'answer', status: 400, body: '{"errorCode":"E0000001"}' } as const;
      stack().okta.requests.clear();
      stack().okta.fail({ method: 'POST', path: /\/emails$/, times: 1, fault: malformed });
      expect(await request({ newEmail, password }, headers)).toMatchObject({
        __typename: 'ValidationFailed',
      });
      expect(revocations()).toEqual([200]);
    });

    test('a wrong password sends nothing and counts towards the lockout', async () => {
      const { headers } = await session();
      stack().okta.outbox.clear();
      for (let attempt = 0; attempt < 2; attempt += 1) {
        expect(await request({ newEmail, password: 'wrong' }, headers)).toMatchObject({
          __typename: 'InvalidCredentials',
        });
      }
      await request({ newEmail, password: 'wrong' }, headers);
      const locked = await request({ newEmail, password }, headers);
      expect(locked).toMatchObject({
        __typename: 'InvalidCredentials',
      });
      expect(stack().okta.outbox.all()).toEqual([]);
      expect(await logInType(present)).not.toBe('LogInSuccess');
    });

    test('an account that needs a second factor is denied, for taken addresses too', async () => {
      const { headers } = await session();
      const { url, seeded } = stack().okta;
      const enrolled = await fetch(`${url}/api/v1/users/${present}/factors?activate=true`, {
        method: 'POST',
        headers: {
          authorization: `SSWS ${seeded.apiToken}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          factorType: 'email',
          provider: 'OKTA',
          profile: { email: present },
        }),
      });
      expect(enrolled.status).toBe(200);
      stack().okta.outbox.clear();
      for (const address of [newEmail, taken]) {
        expect(await request({ newEmail: address, password }, headers)).toMatchObject({
          __typename: 'LogInDenied',
        });
      }
      expect(stack().okta.outbox.all()).toEqual([]);
    });

    test('the current address is refused as a new one', async () => {
      const { headers } = await session();
      for (const own of [present, ' Demo@Example.com ']) {
        expect(await request({ newEmail: own, password }, headers)).toMatchObject({
          __typename: 'ValidationFailed',
          fields: [{ field: 'newEmail', problem: 'NOT_ALLOWED' }],
        });
      }
    });

    test('both inputs are checked', async () => {
      const { headers } = await session();
      expect(await request({ newEmail: 'nowhere', password: '' }, headers)).toMatchObject({
        fields: [
          { field: 'newEmail', problem: 'MALFORMED' },
          { field: 'password', problem: 'REQUIRED' },
        ],
      });
      expect(await confirm({ transaction: 'ä b', code: 'abc' }, headers)).toMatchObject({
        fields: [
          { field: 'transaction', problem: 'MALFORMED' },
          { field: 'code', problem: 'MALFORMED' },
        ],
      });
      expect(await confirm({ transaction: 'strange', code: '123456' }, headers)).toMatchObject({
        __typename: 'TransactionInvalid',
      });
    });

    test('only the customer can do it', async () => {
      const change = { newEmail, password };
      const step = { transaction: 'strange', code: '123456' };
      expect(await request(change)).toEqual(['CALLER_UNAUTHENTICATED']);
      expect(await confirm(step)).toEqual(['CALLER_UNAUTHENTICATED']);
      expect(await request(change, { authorization: stack().basic })).toEqual(['FORBIDDEN']);
      expect(await confirm(step, { authorization: stack().basic })).toEqual(['FORBIDDEN']);
    });
  },
  { seed },
);

test.each<Flow>(['password', 'authn'])(
  'where addresses are no secret a taken one is said to be, with the %s flow',
  async (flow) => {
    const stack = await startStack({ flow, seed, accounts: { enumeration: 'open' } });
    try {
      const { accessToken } = await logIn(stack);
      const input = { newEmail: taken, password };
      const headers = bearer(accessToken);
      const { data } = await stack.gql(RequestEmailChangeDocument, { input }, headers);
      expect(data?.requestEmailChange.__typename).toBe('EmailTaken');
      expect(stack.okta.outbox.all()).toEqual([]);
    } finally {
      await stack.close();
    }
  },
);
