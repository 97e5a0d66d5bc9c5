import { expect, test } from 'vitest';
import {
  ChangeExpiredPasswordDocument,
  LogInDocument,
  LogOutDocument,
  MeDocument,
  RefreshTokenDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  SignUpDocument,
  UserDocument,
  UsersDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import type { Fault } from '../../src/embedded/handle.ts';
import { names } from '../support/accounts.ts';
import type { Answer, Stack } from '../support/start.ts';
import { bearer, logIn, onBothFlows, type Session } from './flows.ts';

const password = 'Correct-Horse-7';
const newPassword = 'Better-Battery-9';
const canary = 'canary-of-okta-1f9c';
const seed = {
  users: [{ email: 'expired@example.com', password, status: 'PASSWORD_EXPIRED' }],
} as const;

interface Prepared {
  readonly stack: Stack;
  readonly session: Session;
  readonly transaction: string;
}

/** Every field that has to ask Okta. */
const fields: Record<string, (prepared: Prepared) => Promise<Answer<object>>> = {
  signUp: ({ stack }) =>
    stack.gql(SignUpDocument, { input: { email: 'ada@example.com', password, ...names } }),
  logIn: ({ stack }) =>
    stack.gql(LogInDocument, { input: { email: 'demo@example.com', password } }),
  changeExpiredPassword: ({ stack, transaction }) =>
    stack.gql(ChangeExpiredPasswordDocument, {
      input: { transaction, currentPassword: password, newPassword },
    }),
  refreshToken: ({ stack, session: { refreshToken } }) =>
    stack.gql(RefreshTokenDocument, { input: { refreshToken } }),
  requestPasswordReset: ({ stack }) =>
    stack.gql(RequestPasswordResetDocument, { input: { email: 'demo@example.com' } }),
  resetPassword: ({ stack }) =>
    stack.gql(ResetPasswordDocument, { input: { resetToken: 'a-token', newPassword } }),
  logOut: ({ stack, session }) => stack.gql(LogOutDocument, { input: session }),
  me: ({ stack, session }) => stack.gql(MeDocument, {}, bearer(session.accessToken)),
  validateToken: ({ stack, session: { accessToken } }) =>
    stack.gql(
      ValidateTokenDocument,
      { input: { token: accessToken, freshness: 'INTROSPECT' } },
      { authorization: stack.basic },
    ),
  user: ({ stack }) =>
    stack.gql(UserDocument, { id: '00usomebody000000000' }, { authorization: stack.basic }),
  users: ({ stack }) =>
    stack.gql(UsersDocument, { ids: ['00usomebody000000000'] }, { authorization: stack.basic }),
};

interface Failure {
  readonly code?: string;
  readonly retryable?: boolean;
  readonly retryAfterSeconds?: number;
}

/** From the result of a mutation, or from the errors list of a query. */
function failureOf({ data, errors }: Answer<object>): Failure | undefined {
  const [result] = Object.values(data ?? {}) as (Failure | null)[];
  return result ?? errors?.[0]?.extensions;
}

const failures: [string, Fault][] = [
  ['answers 503', { kind: 'answer', status: 503, body: canary }],
  ['answers a page instead', { kind: 'answer', status: 502, body: `<html>${canary}</html>` }],
  ['closes the connection', { kind: 'reset', when: 'before' }],
];

onBothFlows(
  (stack) => {
    const prepare = async (): Promise<Prepared> => {
      const session = await logIn(stack());
      const { data } = await stack().gql(LogInDocument, {
        input: { email: 'expired@example.com', password },
      });
      if (data?.logIn.__typename !== 'PasswordExpired') throw new Error(data?.logIn.__typename);
      // Loads the keys of the issuer: without them even a good token could not be judged.
      await stack().gql(MeDocument, {}, bearer(session.accessToken));
      return { stack: stack(), session, transaction: data.logIn.transaction };
    };

    test.each(failures)(
      'when Okta %s, every field says that it is unavailable',
      async (_, fault) => {
        for (const [name, ask] of Object.entries(fields)) {
          const prepared = await prepare();
          const undo = stack().okta.fail({ path: '/', fault });
          const answer = await ask(prepared);
          undo();
          expect({ name, ...failureOf(answer) }).toMatchObject({
            name,
            code: 'UPSTREAM_UNAVAILABLE',
            retryable: true,
          });
          expect(JSON.stringify(answer) + stack().logs.join('\n')).not.toContain(canary);
        }
      },
    );

    test('when a limit of Okta is reached, every field says how long to wait', async () => {
      for (const [name, ask] of Object.entries(fields)) {
        // Past what the API remembers of the failures before.
        stack().clock.advance(60_000);
        const prepared = await prepare();
        const reset = Math.ceil(stack().clock.now() / 1000) + 30;
        const undo = stack().okta.fail({
          path: '/',
          fault: {
            kind: 'answer',
            status: 429,
            headers: {
              'content-type': 'application/json',
              date: new Date(stack().clock.now()).toUTCString(),
              'x-rate-limit-limit': '600',
              'x-rate-limit-remaining': '0',
              'x-rate-limit-reset': String(reset),
            },
            body: JSON.stringify({ errorCode: 'E0000047', errorSummary: canary }),
          },
        });
        const answer = await ask(prepared);
        undo();
        const failure = failureOf(answer);
        expect({ name, ...failure }).toMatchObject({ name, code: 'RATE_LIMITED', retryable: true });
        expect(failure?.retryAfterSeconds, name).toBeGreaterThanOrEqual(25);
        expect(failure?.retryAfterSeconds, name).toBeLessThanOrEqual(32);
        expect(JSON.stringify(answer) + stack().logs.join('\n')).not.toContain(canary);
      }
    });

    test('when Okta refuses the API itself, callers learn nothing of it', async () => {
      const undo = stack().okta.fail({
        path: '/',
        fault: {
          kind: 'answer',
          status: 401,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ error: 'invalid_client', error_description: 'Wrong secret.' }),
        },
      });
      const answer = await stack().gql(LogInDocument, {
        input: { email: 'demo@example.com', password },
      });
      undo();
      expect(answer.data).toBeNull();
      expect(
        answer.errors?.map(({ message, extensions }) => [message, extensions?.['code']]),
      ).toEqual([['The server failed.', 'INTERNAL']]);
    });
  },
  { seed },
);
