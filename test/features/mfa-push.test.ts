import { expect, test } from 'vitest';
import { VerifyMfaDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { totpCode } from '../../src/embedded/factors/totp.ts';
import { onBothFlows } from './flows.ts';
import { factorOf, mfaCalls, mfaUsers, secret } from './mfa.ts';

const email = 'push@example.com';

onBothFlows(
  (stack, flow) => {
    const { start, send, sent, verify, nameOf } = mfaCalls(stack);
    const pushed = async (address = email) => {
      const step = await start(address);
      const id = factorOf(step, 'PUSH');
      return { ...(await sent(step.transaction, id)), id, first: step.transaction };
    };
    /** Okta wants a pause between two looks. */
    const pause = () => stack().clock.advance(10_000);

    test('a push is waited for, and an approval logs in', async () => {
      const { transaction, id, numberChallenge, type } = await pushed();
      expect({ numberChallenge, type }).toEqual({ numberChallenge: null, type: 'PUSH' });
      for (let looks = 0; looks < 8; looks++) {
        const answer = await verify(transaction, id);
        if (answer?.__typename !== 'MfaPending') throw new Error(answer?.__typename);
        expect(answer.transaction).toBe(transaction);
        expect(answer.pollAfterSeconds).toBeGreaterThan(0);
        pause();
      }
      stack().okta.push.approve(email);
      const answer = await verify(transaction, id);
      if (answer?.__typename !== 'LogInSuccess') throw new Error(answer?.__typename);
      expect(answer.tokens.accessToken).toMatch(/^ey/);
      expect(await nameOf(verify(transaction, id))).toBe('TransactionInvalid');
    });

    test('the number to compare is there from the start and while it waits', async () => {
      const { transaction, id, numberChallenge } = await pushed('number@example.com');
      const [push] = stack().okta.push.pending('number@example.com');
      expect(push?.choices?.map(String)).toContain(numberChallenge);
      const answer = await verify(transaction, id);
      expect(answer).toMatchObject({ __typename: 'MfaPending', numberChallenge });
      stack().okta.push.approve('number@example.com');
      pause();
      expect(await nameOf(verify(transaction, id))).toBe('LogInSuccess');
    });

    test('another number on the phone is a denial', async () => {
      const { transaction, id, numberChallenge } = await pushed('number@example.com');
      const [push] = stack().okta.push.pending('number@example.com');
      const wrong = push?.choices?.find((choice) => String(choice) !== numberChallenge);
      stack().okta.push.approve('number@example.com', wrong);
      expect(await verify(transaction, id)).toMatchObject({
        __typename: 'MfaRejected',
        reason: 'DENIED',
      });
    });

    test('a denied push lets the customer try anew', async () => {
      const { transaction, id } = await pushed();
      stack().okta.push.deny(email);
      expect(await verify(transaction, id)).toEqual({
        __typename: 'MfaRejected',
        code: 'MFA_REJECTED',
        message: 'The challenge was denied or not answered in time.',
        retryable: false,
        reason: 'DENIED',
      });
      stack().clock.advance(30_000);
      const again = await sent(transaction, id);
      stack().okta.push.approve(email);
      expect(await nameOf(verify(again.transaction, id))).toBe('LogInSuccess');
    });

    test('a caller who knows the password cannot wear the customer out by pushes', async () => {
      const { transaction, id, first, resendAfter } = await pushed();
      const wait = Date.parse(resendAfter) - stack().clock.now();
      expect(wait).toBeGreaterThan(25_000);
      expect(wait).toBeLessThanOrEqual(30_000);
      const [onPhone] = stack().okta.push.pending(email);
      for (const handle of [transaction, first]) {
        const early = await send(handle, id);
        if (early?.__typename !== 'RateLimited') throw new Error(early?.__typename);
        expect(early.scope).toBe('TRANSACTION');
        expect(early.retryAfterSeconds).toBeGreaterThan(25);
        expect(early.retryAfterSeconds).toBeLessThanOrEqual(30);
      }
      expect(stack().okta.push.pending(email)).toEqual([onPhone]);
      stack().okta.push.deny(email);
      expect(await nameOf(send(transaction, id))).toBe('RateLimited');
      expect(stack().okta.push.pending(email)).toEqual([]);
      stack().clock.advance(wait);
      expect(await nameOf(send(transaction, id))).toBe('MfaChallengeSent');
    });

    test('a log-in sends at most five, whatever the factor, and the last one counts', async () => {
      const step = await start('all@example.com');
      const push = factorOf(step, 'PUSH');
      let { transaction } = step;
      for (const type of ['SMS', 'PUSH', 'SMS', 'PUSH', 'PUSH'] as const) {
        ({ transaction } = await sent(transaction, factorOf(step, type)));
        stack().clock.advance(31_000);
      }
      for (const type of ['PUSH', 'SMS'] as const) {
        const answer = await send(transaction, factorOf(step, type));
        expect(answer).toMatchObject({ __typename: 'RateLimited', scope: 'TRANSACTION' });
      }
      stack().okta.push.approve('all@example.com');
      expect(await nameOf(verify(transaction, push))).toBe('LogInSuccess');
    });

    test('callers who go away while they look use up no try', async () => {
      const { transaction, id } = await pushed();
      const path = flow === 'password' ? /\/token$/ : /\/factors\//;
      const undo = stack().okta.fail({ path, fault: { kind: 'delay', ms: 300 } });
      const query = VerifyMfaDocument.toString();
      const variables = { input: { transaction, factorId: id } };
      for (let looks = 0; looks < 6; looks++) {
        const look = fetch(`${stack().url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables }),
          signal: AbortSignal.timeout(100),
        });
        await expect(look).rejects.toThrow('aborted due to timeout');
      }
      undo();
      pause();
      stack().okta.push.approve(email);
      expect(await nameOf(verify(transaction, id))).toBe('LogInSuccess');
    });

    test('after a denied push another factor will do', async () => {
      const step = await start('all@example.com');
      const push = factorOf(step, 'PUSH');
      const { transaction } = await sent(step.transaction, push);
      stack().okta.push.deny('all@example.com');
      expect(await nameOf(verify(transaction, push))).toBe('MfaRejected');
      const code = totpCode(secret, stack().clock.now());
      const answer = verify(transaction, factorOf(step, 'TOTP'), code);
      expect(await nameOf(answer)).toBe('LogInSuccess');
    });

    test('a push that was never sent cannot be waited for', async () => {
      const { first, id } = await pushed();
      stack().okta.push.approve(email);
      expect(await nameOf(verify(first, id))).toBe('ValidationFailed');
      expect(stack().okta.push.pending(email)).toEqual([]);
    });

    test('looking too often makes the pause longer, not the log-in fail', async () => {
      const { transaction, id } = await pushed();
      const pauses: number[] = [];
      for (let looks = 0; looks < 3; looks++) {
        const answer = await verify(transaction, id);
        if (answer?.__typename !== 'MfaPending') throw new Error(answer?.__typename);
        pauses.push(answer.pollAfterSeconds);
      }
      // The authentication API has no word for it.
      const [first = 0, ...rest] = pauses;
      const added = flow === 'password' ? 5 : 0;
      expect(rest).toEqual([first + added, first + added]);
      stack().okta.push.approve(email);
      pause();
      expect(await nameOf(verify(transaction, id))).toBe('LogInSuccess');
    });
  },
  { seed: { users: mfaUsers } },
);
