import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { totpCode } from '../../../src/embedded/factors/totp.ts';
import { codeFor, mfaUsers, password, secret } from '../../features/mfa.ts';
import { names } from '../../support/accounts.ts';
import type { Stack } from '../../support/start.ts';
import { type Browser, openBrowser, sessionsOf, startReady } from './storefront.ts';

const newPassword = 'Better-Battery-9';
let stack: Stack;
let required: Stack;
beforeAll(async () => {
  [stack, required] = await Promise.all([
    startReady({
      accounts: { signUp: 'VERIFY_EMAIL' },
      seed: {
        users: [...mfaUsers, { email: 'late@example.com', password, status: 'PASSWORD_EXPIRED' }],
      },
    }),
    startReady({
      flow: 'authn',
      seed: {
        mfa: 'REQUIRED',
        users: [{ email: 'new@example.com', password }],
      },
    }),
  ]);
}, 60_000);
beforeEach(() => stack.okta.reset());
afterAll(() => Promise.all([stack.close(), required.close()]));

/** One request of a form, on a page of its own, as browsers send them. */
async function submit<Outcome>(
  browser: Browser,
  act: (session: Awaited<ReturnType<typeof open>>['session']) => Promise<Outcome>,
  on = stack,
): Promise<Outcome> {
  const { visit, session } = await open(browser, on);
  const outcome = await act(session);
  for (const secretText of ['transaction', 'tokens', 'accessToken', 'refreshToken']) {
    expect(JSON.stringify(outcome)).not.toContain(`"${secretText}"`);
  }
  browser.take(visit.lines);
  return outcome;
}

async function open(browser: Browser, on: Stack) {
  const visit = browser.visit();
  return { visit, session: await sessionsOf(on).open(visit) };
}

const pageOf = (browser: Browser, on = stack) => sessionsOf(on).get(browser.visit('GET').headers);

test('a second factor: each page knows the step, and no form has a hidden field', async () => {
  const browser = openBrowser();
  const email = 'all@example.com';
  const step = await submit(browser, (session) => session.logIn({ email, password }));
  if (step.__typename !== 'MfaRequired') throw new Error(step.__typename);
  expect((await pageOf(browser)).state).toBe('signedOut');
  expect(await (await pageOf(browser)).pendingStep()).toEqual(step);
  expect([...browser.jar.keys()]).toContain('__Host-account-step');

  const factorId = step.factors.find(({ type }) => type === 'SMS')?.id ?? '';
  const sent = await submit(browser, (session) => session.sendMfaChallenge({ factorId }));
  expect(sent).toMatchObject({ __typename: 'MfaChallengeSent', type: 'SMS' });
  // The page can still offer the other factors.
  expect(await (await pageOf(browser)).pendingStep()).toEqual({ ...sent, factors: step.factors });

  const wrong = await submit(browser, (session) => session.verifyMfa({ factorId, code: '000000' }));
  expect(wrong.__typename).toBe('MfaCodeInvalid');
  const code = codeFor(stack, '+15554151338');
  const done = await submit(browser, (session) => session.verifyMfa({ factorId, code }));
  expect(done).toEqual({ __typename: 'LogInSuccess' });
  expect((await (await pageOf(browser)).me())?.email).toBe(email);
  expect([...browser.jar.keys()]).not.toContain('__Host-account-step');
});

test('a push is asked for until it is approved', async () => {
  const browser = openBrowser();
  const email = 'push@example.com';
  const step = await submit(browser, (session) => session.logIn({ email, password }));
  const factorId = step.__typename === 'MfaRequired' ? (step.factors[0]?.id ?? '') : '';
  await submit(browser, (session) => session.sendMfaChallenge({ factorId }));
  const waiting = await submit(browser, (session) => session.verifyMfa({ factorId }));
  expect(waiting).toMatchObject({ __typename: 'MfaPending' });
  expect(await (await pageOf(browser)).pendingStep()).toMatchObject({
    __typename: 'MfaPending',
    factors: [{ type: 'PUSH' }],
  });
  stack.okta.push.approve(email);
  const done = await submit(browser, (session) => session.verifyMfa({ factorId }));
  expect(done).toEqual({ __typename: 'LogInSuccess' });
});

test('an expired password is changed, and a rejected one can be chosen again', async () => {
  const browser = openBrowser();
  const email = 'late@example.com';
  const step = await submit(browser, (session) => session.logIn({ email, password }));
  expect(step.__typename).toBe('PasswordExpired');
  const change = (chosen: string) =>
    submit(browser, (session) =>
      session.changeExpiredPassword({ currentPassword: password, newPassword: chosen }),
    );
  expect((await change('short')).__typename).toBe('PasswordRejected');
  expect(await change(newPassword)).toMatchObject({
    __typename: 'ChangeExpiredPasswordSuccess',
    otherSessionsEnded: true,
  });
  expect((await pageOf(browser)).state).toBe('signedIn');
});

test('a factor that the org requires is set up within the log-in', async () => {
  const browser = openBrowser();
  const email = 'new@example.com';
  const step = await submit(browser, (session) => session.logIn({ email, password }), required);
  expect(step.__typename).toBe('MfaEnrollmentRequired');
  const begun = await submit(
    browser,
    (session) => session.enrollFactor({ type: 'TOTP' }),
    required,
  );
  if (begun.__typename !== 'EnrollFactorSuccess') throw new Error(begun.__typename);
  const code = totpCode(begun.totp?.secret ?? '', required.clock.now());
  const done = await submit(
    browser,
    (session) => session.activateFactor({ factorId: begun.factor.id, code }),
    required,
  );
  expect(done.__typename).toBe('LogInSuccess');
  expect((await pageOf(browser, required)).state).toBe('signedIn');
});

test('a signed-in customer sets up a factor and takes it away, and changes the address', async () => {
  const browser = openBrowser();
  await submit(browser, (session) => session.logIn({ email: 'demo@example.com', password }));
  const asked = await submit(browser, (session) =>
    session.requestEmailChange({ newEmail: 'other@example.com', password }),
  );
  expect(asked.__typename).toBe('RequestEmailChangeSuccess');

  // Beside the open change of the address.
  const begun = await submit(browser, (session) =>
    session.enrollFactor({ type: 'TOTP', password }),
  );
  if (begun.__typename !== 'EnrollFactorSuccess') throw new Error(begun.__typename);
  const factorId = begun.factor.id;
  const totp = totpCode(begun.totp?.secret ?? '', stack.clock.now());
  const active = await submit(browser, (session) =>
    session.activateFactor({ factorId, code: totp }),
  );
  expect(active.__typename).toBe('ActivateFactorSuccess');
  const removed = await submit(browser, (session) => session.removeFactor({ factorId, password }));
  expect(removed.__typename).toBe('RemoveFactorSuccess');
});

test('a change of the address is confirmed by the code of the mail', async () => {
  const browser = openBrowser();
  await submit(browser, (session) => session.logIn({ email: 'demo@example.com', password }));
  await submit(browser, (session) =>
    session.requestEmailChange({ newEmail: 'other@example.com', password }),
  );
  const code = codeFor(stack, 'other@example.com');
  const done = await submit(browser, (session) => session.confirmEmailChange({ code }));
  expect(done).toMatchObject({ user: { email: 'other@example.com' } });
  expect(await (await pageOf(browser)).pendingStep()).toBeNull();
});

test('a forgotten password: after a weak one the mailed token is not needed again', async () => {
  const browser = openBrowser();
  const email = 'demo@example.com';
  await submit(browser, (session) => session.requestPasswordReset({ email }));
  await stack.settled();
  const resetToken = stack.okta.outbox.to(email).at(-1)?.token ?? '';
  const weak = await submit(browser, (session) =>
    session.resetPassword({ resetToken, newPassword: 'short' }),
  );
  expect(weak.__typename).toBe('PasswordRejected');
  expect(weak).not.toHaveProperty('retryTransaction');
  const done = await submit(browser, (session) => session.resetPassword({ newPassword }));
  expect(done.__typename).toBe('ResetPasswordSuccess');
});

test('a sign-up is finished by the mailed token, and signs the customer in', async () => {
  const browser = openBrowser();
  const email = 'fresh@example.com';
  await submit(browser, (session) => session.signUp({ email, ...names }));
  await stack.settled();
  const token = stack.okta.outbox.to(email).at(-1)?.token ?? '';
  const done = await submit(browser, (session) => session.verifyEmail({ token, password }));
  expect(done).toEqual({ __typename: 'VerifyEmailSuccess' });
  expect((await (await pageOf(browser)).me())?.email).toBe(email);
});

test('without a step, and after it has ended, the outcome is TransactionInvalid', async () => {
  const browser = openBrowser();
  const verify = () =>
    submit(browser, (session) => session.verifyMfa({ factorId: 'x', code: '123456' }));
  expect((await verify()).__typename).toBe('TransactionInvalid');

  const email = 'totp@example.com';
  const step = await submit(browser, (session) => session.logIn({ email, password }));
  const factorId = step.__typename === 'MfaRequired' ? (step.factors[0]?.id ?? '') : '';
  stack.clock.advance(60 * 60_000);
  expect(await (await pageOf(browser)).pendingStep()).toBeNull();
  const code = totpCode(secret, stack.clock.now());
  const late = await submit(browser, (session) => session.verifyMfa({ factorId, code }));
  expect(late.__typename).toBe('TransactionInvalid');
});
