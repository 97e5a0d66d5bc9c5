import { expect, test } from 'vitest';
import { totpCode } from '../../src/embedded/factors/totp.ts';
import { bearer, onBothFlows } from './flows.ts';
import { codeFor, factorOf, mfaCalls, mfaUsers, phoneNumber, secret } from './mfa.ts';

onBothFlows(
  (stack, flow) => {
    const { logIn, start, send, sent, verify, nameOf } = mfaCalls(stack);
    const codeNow = (ahead = 0) => totpCode(secret, stack().clock.now() + ahead);

    test('a log-in stops for the second factor and shows the choice, masked', async () => {
      const step = await start('all@example.com');
      expect(step.factors.map(({ type, hint }) => `${type} ${hint}`)).toEqual(
        flow === 'authn'
          ? ['TOTP null', 'SMS …1338', 'EMAIL a…@example.com', 'PUSH Pretended phone']
          : ['TOTP null', 'SMS …1338', 'PUSH Pretended phone'],
      );
      expect(Date.parse(step.expiresAt)).toBeGreaterThan(stack().clock.now());
      expect(JSON.stringify(step)).not.toMatch(/all@example|5554151/);
    });

    test('no address gets into a URL on the way', async () => {
      const step = await start('totp@example.com');
      await verify(step.transaction, factorOf(step, 'TOTP'), codeNow());
      const seen = stack().okta.requests.all();
      expect(seen.length).toBeGreaterThan(2);
      for (const { path, query } of seen) {
        expect(decodeURIComponent(path + query)).not.toContain('totp@example.com');
      }
    });

    test('a TOTP code finishes it, with no challenge before', async () => {
      const step = await start('totp@example.com');
      const answer = await verify(step.transaction, factorOf(step, 'TOTP'), ` ${codeNow()} `);
      if (answer?.__typename !== 'LogInSuccess') throw new Error(answer?.__typename);
      expect(answer.tokens.refreshToken).not.toBeNull();
      expect(answer.tokens.scopes).toContain('offline_access');
    });

    test('a wrong code can be mended, five times', async () => {
      const { transaction, factors } = await start('totp@example.com');
      const id = factors[0]?.id ?? '';
      expect(await verify(transaction, id, '000000')).toEqual({
        __typename: 'MfaCodeInvalid',
        code: 'MFA_CODE_INVALID',
        message: 'The code is not correct, or it is used or too old.',
        retryable: false,
      });
      expect(await nameOf(verify(transaction, id, codeNow()))).toBe('LogInSuccess');
      expect(await nameOf(verify(transaction, id, codeNow(30_000)))).toBe('TransactionInvalid');
    });

    test('after five wrong codes neither the transaction nor Okta takes another', async () => {
      const step = await start('totp@example.com');
      const id = factorOf(step, 'TOTP');
      const names = new Set<string | undefined>();
      for (let tries = 0; tries < 5; tries++) {
        names.add(await nameOf(verify(step.transaction, id, '000000')));
      }
      expect([...names]).toEqual(['MfaCodeInvalid']);
      expect(await nameOf(verify(step.transaction, id, codeNow()))).toBe('TransactionInvalid');
      const next = await start('totp@example.com');
      const answer = await verify(next.transaction, id, codeNow());
      expect(answer).toMatchObject({ __typename: 'RateLimited', scope: 'UPSTREAM' });
    });

    test('a code works once, in another log-in too', async () => {
      const code = codeNow();
      for (const typename of ['LogInSuccess', 'MfaCodeInvalid']) {
        const step = await start('totp@example.com');
        const answer = verify(step.transaction, factorOf(step, 'TOTP'), code);
        expect(await nameOf(answer)).toBe(typename);
      }
    });

    test('a code of another time is not accepted', async () => {
      const step = await start('totp@example.com');
      const late = verify(step.transaction, factorOf(step, 'TOTP'), codeNow(-180_000));
      expect(await nameOf(late)).toBe('MfaCodeInvalid');
    });

    test('of two right answers at the same time one logs in', async () => {
      const { transaction, factors } = await start('totp@example.com');
      const id = factors[0]?.id ?? '';
      const answers = [verify(transaction, id, codeNow()), verify(transaction, id, codeNow())];
      const names = await Promise.all(answers.map((answer) => nameOf(answer)));
      expect(names.sort()).toEqual(['LogInSuccess', 'TransactionInvalid']);
    });

    test('a text message brings a code', async () => {
      const step = await start('sms@example.com');
      const id = factorOf(step, 'SMS');
      const challenge = await sent(step.transaction, id);
      expect(challenge).toMatchObject({ factorId: id, type: 'SMS', hint: '…1337' });
      expect(challenge.numberChallenge).toBeNull();
      const wait = Date.parse(challenge.resendAfter) - stack().clock.now();
      expect(wait).toBeGreaterThan(25_000);
      expect(wait).toBeLessThanOrEqual(30_000);
      const { transaction } = challenge;
      expect(await nameOf(verify(transaction, id, '000000'))).toBe('MfaCodeInvalid');
      const answer = await verify(transaction, id, codeFor(stack(), phoneNumber));
      expect(answer?.__typename).toBe('LogInSuccess');
      expect(await nameOf(send(transaction, id))).toBe('TransactionInvalid');
    });

    test('the next message has to wait; then its code counts, and the old one does not', async () => {
      const step = await start('sms@example.com');
      const id = factorOf(step, 'SMS');
      const first = await sent(step.transaction, id);
      const again = await start('sms@example.com');
      const inOkta = await send(again.transaction, id);
      if (inOkta?.__typename !== 'RateLimited') throw new Error(inOkta?.__typename);
      expect(inOkta).toMatchObject({ scope: 'UPSTREAM', retryAfterSeconds: 30 });
      const early = await send(first.transaction, id);
      if (early?.__typename !== 'RateLimited') throw new Error(early?.__typename);
      expect(early.retryAfterSeconds).toBeGreaterThan(25);
      const old = codeFor(stack(), phoneNumber);
      stack().clock.advance(31_000);
      const second = await sent(first.transaction, id);
      const fresh = codeFor(stack(), phoneNumber);
      const answer = nameOf(verify(second.transaction, id, old));
      expect(await answer).toBe(fresh === old ? 'LogInSuccess' : 'MfaCodeInvalid');
      if (fresh !== old) {
        expect(await nameOf(verify(second.transaction, id, fresh))).toBe('LogInSuccess');
      }
    });

    test('a code by mail works where the authentication API is asked, and is not on offer elsewhere', async () => {
      if (flow === 'password') {
        expect(await nameOf(logIn('mail@example.com'))).toBe('LogInDenied');
        return;
      }
      const step = await start('mail@example.com');
      const id = factorOf(step, 'EMAIL');
      const { transaction, hint } = await sent(step.transaction, id);
      expect(hint).toBe('m…@example.com');
      const answer = await verify(transaction, id, codeFor(stack(), 'mail@example.com'));
      expect(answer?.__typename).toBe('LogInSuccess');
    });

    test('a customer without the phone goes on with another factor, by either transaction', async () => {
      const step = await start('all@example.com');
      const { transaction } = await sent(step.transaction, factorOf(step, 'SMS'));
      await sent(transaction, factorOf(step, 'PUSH'));
      const sms = codeFor(stack(), '+15554151338');
      const unasked = await verify(transaction, factorOf(step, 'PUSH'));
      expect(unasked).toMatchObject({
        __typename: 'ValidationFailed',
        fields: [{ field: 'factorId', problem: 'NOT_ALLOWED' }],
      });
      const totp = verify(step.transaction, factorOf(step, 'TOTP'), codeNow());
      expect(await nameOf(totp)).toBe('LogInSuccess');
      const late = verify(transaction, factorOf(step, 'SMS'), sms);
      expect(await nameOf(late)).toBe('TransactionInvalid');
    });

    test.each([
      ['SMS', '123456', 'factorId NOT_ALLOWED'],
      ['TOTP', undefined, 'code REQUIRED'],
      ['TOTP', 'abcdef', 'code MALFORMED'],
      ['TOTP', '123', 'code MALFORMED'],
    ] as const)(
      '%s with the code %s is refused, and nothing is used up',
      async (type, code, problem) => {
        const step = await start('all@example.com');
        const answer = await verify(step.transaction, factorOf(step, type), code);
        if (answer?.__typename !== 'ValidationFailed') throw new Error(answer?.__typename);
        const [field] = answer.fields;
        expect(`${field?.field} ${field?.problem}`).toBe(problem);
        const right = verify(step.transaction, factorOf(step, 'TOTP'), codeNow());
        expect(await nameOf(right)).toBe('LogInSuccess');
      },
    );

    test('TOTP is not to be asked for', async () => {
      const step = await start('totp@example.com');
      const answer = await send(step.transaction, factorOf(step, 'TOTP'));
      expect(answer).toMatchObject({
        __typename: 'ValidationFailed',
        fields: [{ field: 'factorId', problem: 'NOT_ALLOWED' }],
      });
    });

    test.each(['opf12345678901234567', '../../users/me'])(
      'the factor %s is unknown',
      async (id) => {
        const { transaction } = await start('totp@example.com');
        expect(await nameOf(send(transaction, id))).toBe('FactorNotFound');
        expect(await nameOf(verify(transaction, id, '123456'))).toBe('FactorNotFound');
      },
    );

    test('a transaction ends when it says so', async () => {
      const step = await start('totp@example.com');
      stack().clock.advance(Date.parse(step.expiresAt) - stack().clock.now() + 1000);
      const answer = verify(step.transaction, factorOf(step, 'TOTP'), codeNow());
      expect(await nameOf(answer)).toBe('TransactionInvalid');
    });

    test('a transaction that Okta has forgotten is refused', async () => {
      const { transaction, factors } = await start('totp@example.com');
      await stack().okta.reset();
      const id = factors[0]?.id ?? '';
      expect(await nameOf(verify(transaction, id, codeNow()))).toBe('TransactionInvalid');
    });

    test('a transaction is for its caller alone', async () => {
      const service = mfaCalls(stack, { authorization: stack().basic });
      const own = await service.start('totp@example.com');
      const id = factorOf(own, 'TOTP');
      expect(await nameOf(verify(own.transaction, id, codeNow()))).toBe('TransactionInvalid');
      const anyone = await start('totp@example.com');
      const stolen = service.verify(anyone.transaction, id, codeNow());
      expect(await service.nameOf(stolen)).toBe('TransactionInvalid');
      const right = service.verify(own.transaction, id, codeNow());
      expect(await service.nameOf(right)).toBe('LogInSuccess');
    });

    test('an old access token with it makes no other caller', async () => {
      const step = await mfaCalls(stack, bearer('stale')).start('totp@example.com');
      const answer = verify(step.transaction, factorOf(step, 'TOTP'), codeNow());
      expect(await nameOf(answer)).toBe('LogInSuccess');
    });

    test('no code, handle or number gets into the log', async () => {
      const step = await start('all@example.com');
      const { transaction } = await sent(step.transaction, factorOf(step, 'SMS'));
      const sms = codeFor(stack(), '+15554151338');
      const secrets = [step.transaction, transaction, codeNow(), '+15554151338'];
      await verify(transaction, factorOf(step, 'TOTP'), '000000');
      await verify(transaction, factorOf(step, 'TOTP'), codeNow());
      const log = stack().logs.join('\n');
      expect(log).toContain(flow === 'password' ? 'token/mfa-otp' : 'authn/factors/verify');
      for (const text of [...secrets, `"${sms}"`]) expect(log).not.toContain(text);
    });

    test('an account that is disabled meanwhile cannot log in', async () => {
      const step = await start('totp@example.com');
      stack().okta.setStatus('totp@example.com', 'SUSPENDED');
      const answer = verify(step.transaction, factorOf(step, 'TOTP'), codeNow());
      expect(await nameOf(answer)).toBe('TransactionInvalid');
    });
  },
  { seed: { users: mfaUsers } },
);
