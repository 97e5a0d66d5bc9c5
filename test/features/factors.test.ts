import { expect, test } from 'vitest';
import {
  ActivateFactorDocument,
  EnrollFactorDocument,
  type EnrollFactorInput,
  MeDocument,
  RemoveFactorDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { totpCode } from '../../src/embedded/factors/totp.ts';
import { afterLogIn, bearer, logIn } from './flows.ts';
import { codeFor, factorOf, mfaCalls, mfaUsers, password } from './mfa.ts';

const email = 'demo@example.com';
const phoneNumber = '+1 (555) 415-1399';
const seed = {
  users: mfaUsers,
  passwordPolicy: { lockoutMaxAttempts: 3, showLockoutFailures: true },
};
const json = { 'content-type': 'application/json' };
type Enroll = Omit<EnrollFactorInput, 'transaction'>;

afterLogIn(
  (stack) => {
    const { start, verify, nameOf } = mfaCalls(stack);
    const session = async () => bearer((await logIn(stack())).accessToken);
    type Headers = Awaited<ReturnType<typeof session>>;

    const enroll = async (factor: Enroll, headers: Headers) => {
      const input = { password, ...factor };
      const { data, errors } = await stack().gql(EnrollFactorDocument, { input }, headers);
      expect(errors).toBeUndefined();
      return data?.enrollFactor;
    };
    const enrolled = async (input: Enroll, headers: Headers) => {
      const answer = await enroll(input, headers);
      if (answer?.__typename !== 'EnrollFactorSuccess') throw new Error(answer?.__typename);
      return answer;
    };
    const activate = async (factorId: string, code: string, headers: Headers) => {
      const input = { factorId, code };
      const { data } = await stack().gql(ActivateFactorDocument, { input }, headers);
      return data?.activateFactor;
    };
    const remove = async (factorId: string, headers: Headers, given = password) => {
      const input = { factorId, password: given };
      const { data } = await stack().gql(RemoveFactorDocument, { input }, headers);
      return data?.removeFactor;
    };
    const factors = async (headers: Headers) => {
      const { data, errors } = await stack().gql(MeDocument, { factors: true }, headers);
      expect(errors).toBeUndefined();
      return data?.me?.factors;
    };
    const totpOf = (secret: string) => totpCode(secret, stack().clock.now());

    test('TOTP is set up by secret and QR code, and asked for from then on', async () => {
      const headers = await session();
      expect(await factors(headers)).toEqual([]);
      const { factor, totp, transaction } = await enrolled({ type: 'TOTP' }, headers);
      expect(factor).toMatchObject({ type: 'TOTP', hint: null, status: 'PENDING_ACTIVATION' });
      expect(transaction).toBeNull();
      const secret = totp?.secret ?? '';
      const uri = new URL(totp?.uri ?? '');
      expect(uri.protocol).toBe('otpauth:');
      expect(decodeURIComponent(uri.pathname)).toMatch(/:demo@example\.com$/);
      expect(Object.fromEntries(uri.searchParams)).toEqual({
        secret,
        issuer: '127.0.0.1',
        algorithm: 'SHA1',
        digits: '6',
        period: '30',
      });
      expect(await logIn(stack())).toBeDefined();
      expect(await activate(factor.id, totpOf(secret), headers)).toMatchObject({
        __typename: 'ActivateFactorSuccess',
        factor: { id: factor.id, status: 'ACTIVE' },
      });
      const step = await start(email);
      stack().clock.advance(30_000);
      const answer = verify(step.transaction, factorOf(step, 'TOTP'), totpOf(secret));
      expect(await nameOf(answer)).toBe('LogInSuccess');
      expect(await factors(headers)).toMatchObject([{ id: factor.id, status: 'ACTIVE' }]);
    });

    test('SMS is set up by the code that the phone gets', async () => {
      const headers = await session();
      const { factor, totp } = await enrolled({ type: 'SMS', phoneNumber }, headers);
      expect(totp).toBeNull();
      expect(factor).toMatchObject({ type: 'SMS', hint: '…1399', status: 'PENDING_ACTIVATION' });
      const code = codeFor(stack(), '+15554151399');
      const answer = await activate(factor.id, code, headers);
      expect(answer?.__typename).toBe('ActivateFactorSuccess');
    });

    test('EMAIL is set up by a code to the address of the account', async () => {
      const headers = await session();
      const { factor } = await enrolled({ type: 'EMAIL' }, headers);
      expect(factor.hint).toBe('d…@example.com');
      const answer = await activate(factor.id, codeFor(stack(), email), headers);
      expect(answer?.__typename).toBe('ActivateFactorSuccess');
    });

    test('a wrong first code can be mended', async () => {
      const headers = await session();
      const { factor, totp } = await enrolled({ type: 'TOTP' }, headers);
      expect((await activate(factor.id, '000000', headers))?.__typename).toBe('MfaCodeInvalid');
      const right = await activate(factor.id, totpOf(totp?.secret ?? ''), headers);
      expect(right?.__typename).toBe('ActivateFactorSuccess');
    });

    test('what is set up cannot be set up twice, nor activated', async () => {
      const headers = await session();
      const { factor, totp } = await enrolled({ type: 'TOTP' }, headers);
      await activate(factor.id, totpOf(totp?.secret ?? ''), headers);
      expect((await enroll({ type: 'TOTP' }, headers))?.__typename).toBe('FactorNotAllowed');
      const again = await activate(factor.id, '123456', headers);
      expect(again?.__typename).toBe('FactorNotAllowed');
    });

    test('a removed factor is not asked for, and can be set up anew', async () => {
      const headers = await session();
      const { factor, totp } = await enrolled({ type: 'TOTP' }, headers);
      await activate(factor.id, totpOf(totp?.secret ?? ''), headers);
      await start(email);
      expect(await remove(factor.id, headers)).toEqual({
        __typename: 'RemoveFactorSuccess',
        factorId: factor.id,
      });
      expect(await logIn(stack())).toBeDefined();
      expect((await remove(factor.id, headers))?.__typename).toBe('FactorNotFound');
      const next = await enrolled({ type: 'TOTP' }, headers);
      expect(next.totp?.secret).not.toBe(totp?.secret);
    });

    test.each(['ost12345678901234567', '../sessions', 'x'])(
      'the factor %s is not there',
      async (id) => {
        const headers = await session();
        expect((await activate(id, '123456', headers))?.__typename).toBe('FactorNotFound');
        expect((await remove(id, headers))?.__typename).toBe('FactorNotFound');
      },
    );

    test('the factor of another customer is not found', async () => {
      const step = await start('totp@example.com');
      const id = factorOf(step, 'TOTP');
      const headers = await session();
      expect((await remove(id, headers))?.__typename).toBe('FactorNotFound');
      expect((await start('totp@example.com')).factors).toHaveLength(1);
    });

    test('a stolen access token is not enough to change them', async () => {
      const headers = await session();
      const { factor } = await enrolled({ type: 'TOTP' }, headers);
      const wrong = await enroll({ type: 'SMS', phoneNumber, password: 'wrong' }, headers);
      expect(wrong?.__typename).toBe('InvalidCredentials');
      expect((await remove(factor.id, headers, 'wrong'))?.__typename).toBe('InvalidCredentials');
      expect(stack().okta.outbox.to('+15554151399')).toEqual([]);
      expect(await factors(headers)).toMatchObject([{ id: factor.id }]);
      expect((await remove(factor.id, headers))?.__typename).toBe('RemoveFactorSuccess');
    });

    test('wrong passwords count towards the lockout', async () => {
      const headers = await session();
      const wrong = { type: 'TOTP', password: 'wrong' } as const;
      for (let tries = 0; tries < 2; tries++) await enroll(wrong, headers);
      await remove('ost12345678901234567', headers, 'wrong');
      expect((await enroll({ type: 'TOTP' }, headers))?.__typename).toBe('AccountLocked');
      const removed = await remove('ost12345678901234567', headers);
      expect(removed?.__typename).toBe('AccountLocked');
    });

    test('an account that cannot log in by its password cannot change them by it', async () => {
      const headers = await session();
      const answer = { status: 'MFA_ENROLL_ACTIVATE', stateToken: '00state' };
      const body = JSON.stringify(answer);
      const fault = { kind: 'answer', status: 200, headers: json, body } as const;
      stack().okta.fail({ path: '/api/v1/authn', fault });
      expect((await enroll({ type: 'TOTP' }, headers))?.__typename).toBe('LogInDenied');
      const removed = await remove('ost12345678901234567', headers);
      expect(removed?.__typename).toBe('LogInDenied');
    });

    test('a second factor of its own does not keep the customer from changing them', async () => {
      const headers = await session();
      const { factor, totp } = await enrolled({ type: 'TOTP' }, headers);
      await activate(factor.id, totpOf(totp?.secret ?? ''), headers);
      await enrolled({ type: 'SMS', phoneNumber }, headers);
      expect((await remove(factor.id, headers))?.__typename).toBe('RemoveFactorSuccess');
    });

    test.each([
      [{ type: 'TOTP', password: null }, 'password REQUIRED'],
      [{ type: 'TOTP', password: '' }, 'password REQUIRED'],
      [{ type: 'TOTP', password: 'x'.repeat(257) }, 'password TOO_LONG'],
      [{ type: 'PUSH' }, 'type NOT_ALLOWED'],
      [{ type: 'SMS' }, 'phoneNumber REQUIRED'],
      [{ type: 'SMS', phoneNumber: 'call me' }, 'phoneNumber MALFORMED'],
      [{ type: 'SMS', phoneNumber: '0' }, 'phoneNumber MALFORMED'],
    ] as const)('%j is refused', async (input, problem) => {
      const answer = await enroll(input, await session());
      if (answer?.__typename !== 'ValidationFailed') throw new Error(answer?.__typename);
      const [field] = answer.fields;
      expect(`${field?.field} ${field?.problem}`).toBe(problem);
    });

    test.each(['phoneNumber: Invalid Phone Number.', 'Factor exists.'])(
      'a refusal in words is asked for in English: %s',
      async (errorSummary) => {
        const headers = await session();
        const body = JSON.stringify({ errorCode: 'E0000001', errorCauses: [{ errorSummary }] });
        const fault = { kind: 'answer', status: 400, headers: json, body } as const;
        stack().okta.fail({ method: 'POST', path: /\/factors$/, fault });
        const answer = await enroll({ type: 'SMS', phoneNumber }, headers);
        const isPhone = errorSummary.startsWith('phoneNumber');
        expect(answer?.__typename).toBe(isPhone ? 'ValidationFailed' : 'FactorNotAllowed');
        const enrolment = stack()
          .okta.requests.all()
          .filter(({ path }) => path.endsWith('/factors'));
        expect(enrolment.map(({ headers }) => headers['accept-language'])).toEqual(['en']);
      },
    );

    test('the next message has to wait', async () => {
      const headers = await session();
      await enrolled({ type: 'SMS', phoneNumber }, headers);
      const answer = await enroll({ type: 'SMS', phoneNumber }, headers);
      if (answer?.__typename !== 'RateLimited') throw new Error(answer?.__typename);
      expect(answer.retryAfterSeconds).toBeGreaterThanOrEqual(30);
    });

    test('they are the business of a customer with a token alone', async () => {
      const codeOf = async (headers: Record<string, string>) => {
        const input = { type: 'TOTP' } as const;
        const { data, errors } = await stack().gql(EnrollFactorDocument, { input }, headers);
        expect(data).toBeNull();
        return errors?.[0]?.extensions?.['code'];
      };
      expect(await codeOf({})).toBe('CALLER_UNAUTHENTICATED');
      expect(await codeOf({ authorization: stack().basic })).toBe('FORBIDDEN');
      expect(await codeOf(bearer('x'))).toBe('TOKEN_INVALID');
    });

    test('where Okta cannot list them, the rest of `me` comes with the error', async () => {
      const headers = await session();
      stack().okta.fail({ path: /\/factors$/, fault: { kind: 'answer', status: 503 } });
      const { data, errors } = await stack().gql(MeDocument, { factors: true }, headers);
      expect(data?.me).toMatchObject({ email, factors: null });
      expect(errors?.[0]?.extensions?.['code']).toBe('UPSTREAM_UNAVAILABLE');
    });
  },
  { seed },
);
