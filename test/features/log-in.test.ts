import { describe, expect, test } from 'vitest';
import { LogInDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { onBothFlows } from './flows.ts';

const password = 'Correct-Horse-7';
const seed = {
  users: [
    { email: 'locked@example.com', password, status: 'LOCKED_OUT' },
    { email: 'suspended@example.com', password, status: 'SUSPENDED' },
    { email: 'gone@example.com', password, status: 'DEPROVISIONED' },
    { email: 'staged@example.com', password, status: 'STAGED' },
    { email: 'provisioned@example.com', password, status: 'PROVISIONED' },
    { email: 'recovery@example.com', password, status: 'RECOVERY' },
    { email: 'expired@example.com', password, status: 'PASSWORD_EXPIRED' },
    { email: 'unassigned@example.com', password, assigned: false },
    { email: 'spaces@example.com', password: '  Two Spaces 9  ' },
    { email: 'emoji@example.com', password: 'Émile-9-🐎' },
    { email: 'control@example.com', password: 'Nul-\0-Tab-\t-9' },
  ],
} as const;

onBothFlows(
  (stack) => {
    const answerOf = async (email: string, secret: string) => {
      const answer = await stack().gql(LogInDocument, { input: { email, password: secret } });
      expect(answer.errors).toBeUndefined();
      return answer.data?.logIn;
    };

    test('e-mail and password give the tokens of a session', async () => {
      const before = stack().clock.now();
      const answer = await answerOf('demo@example.com', password);
      if (answer?.__typename !== 'LogInSuccess') throw new Error(answer?.__typename);
      const { tokens } = answer;
      expect(tokens.accessToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
      expect(tokens.idToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
      expect(tokens.refreshToken).toMatch(/^[\w-]+$/);
      expect(tokens.tokenType).toBe('Bearer');
      expect(tokens.scopes).toEqual(expect.arrayContaining(['openid', 'offline_access']));
      const lifetime = Date.parse(tokens.expiresAt) - before;
      expect(lifetime).toBeGreaterThan(60_000);
      expect(lifetime).toBeLessThanOrEqual(24 * 60 * 60_000);
      const claims = Buffer.from(tokens.accessToken.split('.')[1] ?? '', 'base64url').toString();
      const { exp } = JSON.parse(claims) as { exp: number };
      expect(Date.parse(tokens.expiresAt)).toBeLessThanOrEqual(exp * 1000);
      expect(Date.parse(tokens.expiresAt)).toBeGreaterThan((exp - 5) * 1000);
    });

    test('the address may have white space around it and capitals in it', async () => {
      const answer = await answerOf(' Demo@Example.COM\t', password);
      expect(answer?.__typename).toBe('LogInSuccess');
    });

    test.each([
      ['white space', 'spaces@example.com', '  Two Spaces 9  ', 'Two Spaces 9'],
      ['letters beyond ASCII', 'emoji@example.com', 'Émile-9-🐎', 'Emile-9-🐎'],
      ['control characters', 'control@example.com', 'Nul-\0-Tab-\t-9', 'Nul--Tab--9'],
    ])('a password with %s counts byte for byte', async (_, email, right, nearly) => {
      expect((await answerOf(email, right))?.__typename).toBe('LogInSuccess');
      expect((await answerOf(email, nearly))?.__typename).toBe('InvalidCredentials');
    });

    test('an expired password gives a transaction to go on with, which shows nothing', async () => {
      const answer = await answerOf('expired@example.com', password);
      if (answer?.__typename !== 'PasswordExpired') throw new Error(answer?.__typename);
      expect(answer.transaction).not.toMatch(/expired@example|Correct-Horse/);
      expect(Date.parse(answer.expiresAt)).toBeGreaterThan(stack().clock.now());
    });

    test('an account that the app is not for is denied, once the password was right', async () => {
      expect(await answerOf('unassigned@example.com', password)).toEqual({
        __typename: 'LogInDenied',
        code: 'LOG_IN_DENIED',
        message: 'Signing in with e-mail and password is not allowed for this account.',
        retryable: false,
      });
      expect((await answerOf('unassigned@example.com', 'Wrong-Horse-7'))?.__typename).toBe(
        'InvalidCredentials',
      );
    });

    test('every account that may not log in gets the bytes, and the calls to Okta, of an unknown one', async () => {
      const tries = [
        ['nobody@example.com', password],
        ['demo@example.com', 'Wrong-Horse-7'],
        ['expired@example.com', 'Wrong-Horse-7'],
        ['locked@example.com', password],
        ['suspended@example.com', password],
        ['gone@example.com', password],
        ['staged@example.com', password],
        ['provisioned@example.com', password],
        ['recovery@example.com', password],
      ] as const;
      const bodies = new Set<string>();
      const calls = new Set<string>();
      for (const [email, secret] of tries) {
        const input = { email, password: secret };
        stack().okta.requests.clear();
        const { data, errors, status } = await stack().gql(LogInDocument, { input });
        bodies.add(JSON.stringify({ data, errors, status }));
        const seen = stack().okta.requests.all();
        calls.add(seen.map(({ method, path }) => `${method} ${path}`).join());
      }
      expect(calls.size).toBe(1);
      expect([...bodies]).toEqual([
        JSON.stringify({
          data: {
            logIn: {
              __typename: 'InvalidCredentials',
              code: 'INVALID_CREDENTIALS',
              message: 'The e-mail address or the password is not correct.',
              retryable: false,
            },
          },
          errors: undefined,
          status: 200,
        }),
      ]);
    });

    test.each([
      [{ email: '', password: '' }, 'email REQUIRED, password REQUIRED'],
      [{ email: '  ', password }, 'email REQUIRED'],
      [{ email: '\u200B\u2060', password }, 'email REQUIRED'],
      [{ email: 'demo@example.com\0', password }, 'email NOT_ALLOWED'],
      [{ email: 'de\u2028mo@example.com', password }, 'email NOT_ALLOWED'],
      [{ email: 'demo\uD800@example.com', password }, 'email NOT_ALLOWED'],
      [{ email: `${'x'.repeat(89)}@example.com`, password }, 'email TOO_LONG'],
      [{ email: 'demo@example.com', password: 'x'.repeat(257) }, 'password TOO_LONG'],
      [{ email: 'demo@example.com', password: 'é'.repeat(129) }, 'password TOO_LONG'],
    ])('%j is refused before Okta is asked', async (input, problems) => {
      stack().okta.requests.clear();
      const answer = await answerOf(input.email, input.password);
      if (answer?.__typename !== 'ValidationFailed') throw new Error(answer?.__typename);
      expect(answer.fields.map(({ field, problem }) => `${field} ${problem}`).join(', ')).toBe(
        problems,
      );
      expect(stack().okta.requests.all()).toEqual([]);
    });

    test('a password of 256 bytes reaches Okta', async () => {
      const answer = await answerOf('demo@example.com', 'x'.repeat(256));
      expect(answer?.__typename).toBe('InvalidCredentials');
    });

    test('a broken Authorization header is no obstacle: the field is for everyone', async () => {
      const input = { email: 'demo@example.com', password };
      const { data } = await stack().gql(
        LogInDocument,
        { input },
        { authorization: 'Bearer stale' },
      );
      expect(data?.logIn.__typename).toBe('LogInSuccess');
    });
  },
  { seed },
);

describe.each(['strict', 'open'] as const)(
  'where the password policy shows lockouts, under %s enumeration',
  (enumeration) => {
    onBothFlows(
      (stack) => {
        test('a locked account is named where addresses may be shown', async () => {
          const input = { email: 'locked@example.com', password };
          const { data } = await stack().gql(LogInDocument, { input });
          expect(data?.logIn.__typename).toBe(
            enumeration === 'open' ? 'AccountLocked' : 'InvalidCredentials',
          );
        });
      },
      {
        seed: { ...seed, passwordPolicy: { showLockoutFailures: true } },
        accounts: { enumeration },
      },
    );
  },
);
