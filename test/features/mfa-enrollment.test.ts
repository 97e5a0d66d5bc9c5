import { describe, expect, test } from 'vitest';
import {
  ActivateFactorDocument,
  ChangeExpiredPasswordDocument,
  EnrollFactorDocument,
  type FactorType,
  VerifyMfaDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { totpCode } from '../../src/embedded/factors/totp.ts';
import { onBothFlows } from './flows.ts';
import { codeFor, factorOf, mfaCalls, mfaUsers, password, secret } from './mfa.ts';

const users = [
  { email: 'new@example.com', password },
  { email: 'old@example.com', password, status: 'PASSWORD_EXPIRED' },
] as const;

describe('where the org requires a second factor', () => {
  onBothFlows(
    (stack, flow) => {
      const { logIn, start, verify, nameOf } = mfaCalls(stack);
      const required = async (email = 'new@example.com') => {
        const answer = await logIn(email);
        if (answer?.__typename !== 'MfaEnrollmentRequired') throw new Error(answer?.__typename);
        return answer;
      };
      const enroll = async (transaction: string, type: FactorType, phoneNumber?: string) => {
        const input = { transaction, type, ...(phoneNumber === undefined ? {} : { phoneNumber }) };
        const { data, errors } = await stack().gql(EnrollFactorDocument, { input });
        expect(errors).toBeUndefined();
        return data?.enrollFactor;
      };
      const enrolled = async (...args: Parameters<typeof enroll>) => {
        const answer = await enroll(...args);
        if (answer?.__typename !== 'EnrollFactorSuccess') throw new Error(answer?.__typename);
        return { ...answer, transaction: answer.transaction ?? '' };
      };
      const activate = async (transaction: string, factorId: string, code: string) => {
        const input = { transaction, factorId, code };
        const { data, errors } = await stack().gql(ActivateFactorDocument, { input });
        expect(errors).toBeUndefined();
        return data?.activateFactor;
      };
      const totpOf = (key: string | undefined) => totpCode(key ?? '', stack().clock.now());

      test.runIf(flow === 'password')('direct authentication cannot set one up', async () => {
        expect((await logIn('new@example.com'))?.__typename).toBe('LogInDenied');
      });

      describe.runIf(flow === 'authn')('a customer without one', () => {
        test('sets up TOTP and is logged in by its first code', async () => {
          const { transaction, types } = await required();
          expect([...types].sort()).toEqual(['EMAIL', 'SMS', 'TOTP']);
          const { factor, totp, ...next } = await enrolled(transaction, 'TOTP');
          expect(decodeURIComponent(totp?.uri ?? '')).toContain('new@example.com');
          expect(Date.parse(next.expiresAt ?? '')).toBeGreaterThan(stack().clock.now());
          const wrong = await activate(next.transaction, factor.id, '000000');
          expect(wrong?.__typename).toBe('MfaCodeInvalid');
          const answer = await activate(next.transaction, factor.id, totpOf(totp?.secret));
          if (answer?.__typename !== 'LogInSuccess') throw new Error(answer?.__typename);
          expect(answer.tokens.refreshToken).not.toBeNull();
          stack().clock.advance(30_000);
          const step = await start('new@example.com');
          const later = verify(step.transaction, factorOf(step, 'TOTP'), totpOf(totp?.secret));
          expect(await nameOf(later)).toBe('LogInSuccess');
        });

        test('sets up SMS by the code that the phone gets', async () => {
          const { transaction } = await required();
          const next = await enrolled(transaction, 'SMS', '+15554151400');
          expect(next.factor.hint).toBe('…1400');
          const code = codeFor(stack(), '+15554151400');
          const answer = await activate(next.transaction, next.factor.id, code);
          expect(answer?.__typename).toBe('LogInSuccess');
        });

        test('sets up EMAIL by the code of a mail', async () => {
          const { transaction } = await required();
          const next = await enrolled(transaction, 'EMAIL');
          const code = codeFor(stack(), 'new@example.com');
          const answer = await activate(next.transaction, next.factor.id, code);
          expect(answer?.__typename).toBe('LogInSuccess');
        });

        test('changes the mind in the middle, by either transaction', async () => {
          const { transaction } = await required();
          const sms = await enrolled(transaction, 'SMS', '+15554151401');
          const mail = await enrolled(sms.transaction, 'EMAIL');
          const { factor, totp, ...next } = await enrolled(transaction, 'TOTP');
          const stale = await activate(mail.transaction, factor.id, totpOf(totp?.secret));
          expect(stale?.__typename).toBe('FactorNotFound');
          const answer = await activate(next.transaction, factor.id, totpOf(totp?.secret));
          expect(answer?.__typename).toBe('LogInSuccess');
          expect((await enroll(sms.transaction, 'TOTP'))?.__typename).toBe('TransactionInvalid');
        });

        test('a phone number that Okta does not take can be mended', async () => {
          const { transaction } = await required();
          expect(await enroll(transaction, 'SMS', '0')).toMatchObject({
            __typename: 'ValidationFailed',
            fields: [{ field: 'phoneNumber', problem: 'MALFORMED' }],
          });
          await enrolled(transaction, 'SMS', '+15554151402');
        });

        test('sends at most five codes, to other phones too', async () => {
          const { transaction } = await required();
          for (let phone = 0; phone < 5; phone++) {
            await enrolled(transaction, 'SMS', `+1555415141${phone}`);
          }
          expect(await enroll(transaction, 'SMS', '+15554151415')).toMatchObject({
            __typename: 'RateLimited',
            scope: 'TRANSACTION',
          });
          expect(stack().okta.outbox.to('+15554151415')).toEqual([]);
          await enrolled(transaction, 'TOTP');
        });

        test('asks for a refusal in words in English', async () => {
          const service = { authorization: stack().basic, 'accept-language': 'de' };
          const client = { ...service, 'x-client-ip': '203.0.113.7' };
          const step = await mfaCalls(stack, client).logIn('new@example.com');
          if (step?.__typename !== 'MfaEnrollmentRequired') throw new Error(step?.__typename);
          const { transaction } = step;
          const input = { transaction, type: 'SMS', phoneNumber: '+15554151416' } as const;
          await stack().gql(EnrollFactorDocument, { input }, client);
          const languages = stack()
            .okta.requests.all()
            .filter(({ path }) => path.startsWith('/api/v1/authn'))
            .map(({ path, headers }) => [path, headers['accept-language']]);
          expect(languages).toEqual([
            ['/api/v1/authn', 'de'],
            ['/api/v1/authn/factors', 'en'],
          ]);
        });

        test('takes no password, which the log-in had', async () => {
          const { transaction } = await required();
          const input = { transaction, type: 'TOTP', password } as const;
          const { data } = await stack().gql(EnrollFactorDocument, { input });
          expect(data?.enrollFactor).toMatchObject({
            __typename: 'ValidationFailed',
            fields: [{ field: 'password', problem: 'NOT_ALLOWED' }],
          });
        });

        test('a transaction is for that step alone', async () => {
          const { transaction } = await required();
          const { factor } = await enrolled(transaction, 'TOTP');
          const input = { transaction, factorId: factor.id, code: '123456' };
          const { data } = await stack().gql(VerifyMfaDocument, { input });
          expect(data?.verifyMfa.__typename).toBe('TransactionInvalid');
          const mfa = await start('totp@example.com');
          const other = await enroll(mfa.transaction, 'TOTP');
          expect(other?.__typename).toBe('TransactionInvalid');
        });

        test('a transaction ends when it says so', async () => {
          const { transaction, expiresAt } = await required();
          stack().clock.advance(Date.parse(expiresAt) - stack().clock.now() + 1000);
          expect((await enroll(transaction, 'TOTP'))?.__typename).toBe('TransactionInvalid');
        });

        test('changes an expired password before', async () => {
          const expired = await logIn('old@example.com');
          if (expired?.__typename !== 'PasswordExpired') throw new Error(expired?.__typename);
          const { transaction } = expired;
          const newPassword = 'Better-Battery-9';
          const input = { transaction, currentPassword: password, newPassword };
          const { data } = await stack().gql(ChangeExpiredPasswordDocument, { input });
          const answer = data?.changeExpiredPassword;
          if (answer?.__typename !== 'MfaEnrollmentRequired') throw new Error(answer?.__typename);
          const { factor, totp, ...next } = await enrolled(answer.transaction, 'TOTP');
          const end = await activate(next.transaction, factor.id, totpOf(totp?.secret));
          expect(end?.__typename).toBe('LogInSuccess');
        });
      });
    },
    { seed: { users: [...mfaUsers, ...users], mfa: 'REQUIRED' } },
  );
});

onBothFlows(
  (stack, flow) => {
    const { logIn, start, verify } = mfaCalls(stack);
    const change = async (transaction: string) => {
      const input = { transaction, currentPassword: password, newPassword: 'Better-Battery-9' };
      const { data } = await stack().gql(ChangeExpiredPasswordDocument, { input });
      return data?.changeExpiredPassword;
    };

    test('an expired password comes after the second factor, where there is one', async () => {
      if (flow === 'password') {
        // /token says that the password has expired; /authn asks for the factor before the change.
        const expired = await logIn('expired@example.com');
        if (expired?.__typename !== 'PasswordExpired') throw new Error(expired?.__typename);
        expect((await change(expired.transaction))?.__typename).toBe('LogInDenied');
        return;
      }
      const step = await start('expired@example.com');
      const code = totpCode(secret, stack().clock.now());
      const expired = await verify(step.transaction, factorOf(step, 'TOTP'), code);
      if (expired?.__typename !== 'PasswordExpired') throw new Error(expired?.__typename);
      expect((await change(step.transaction))?.__typename).toBe('TransactionInvalid');
      // The change has ended every session, and with them what the factor had proven.
      expect((await change(expired.transaction))?.__typename).toBe('MfaRequired');
    });
  },
  { seed: { users: mfaUsers } },
);
