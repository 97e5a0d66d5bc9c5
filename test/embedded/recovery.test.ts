import { OktaAuth } from '@okta/okta-auth-js';
import { describe, expect, test } from 'vitest';
import { names } from '../support/accounts.ts';
import { email, minute, nextPassword, onAuthnOrg, password } from './authn-calls.ts';
import { call, publicCall, refused } from './call.ts';
import { startOkta } from './start.ts';

const { org, clock, authn, signIn, recover, redeem, mailedToken, resetTransaction } = onAuthnOrg({
  historyCount: 2,
});

describe('recovery by mail', () => {
  test('gives the same answer for a customer, an unknown address and an account that may not recover', async () => {
    const known = await recover(email);
    expect(known).toMatchObject({
      status: 200,
      body: {
        status: 'RECOVERY_CHALLENGE',
        factorResult: 'WAITING',
        factorType: 'EMAIL',
        recoveryType: 'PASSWORD',
      },
    });
    expect((await recover('nobody@example.com')).body).toEqual(known.body);
    org().setStatus(email, 'SUSPENDED');
    expect((await recover(email)).body).toEqual(known.body);
    expect(org().outbox.all()).toMatchObject([{ kind: 'PASSWORD_RESET', to: email }]);
  });

  test('the public names a factor, and only mail is there', async () => {
    expect(refused(await authn('/recovery/password', { username: email }))).toEqual([
      400,
      'E0000001',
      'factorType: The field cannot be left blank',
    ]);
    expect(
      refused(await authn('/recovery/password', { username: email, factorType: 'SMS' })),
    ).toEqual([403, 'E0000034']);
    expect(refused(await authn('/recovery/password', { factorType: 'EMAIL' })).slice(0, 2)).toEqual(
      [400, 'E0000001'],
    );
  });

  test('is refused to a customer where the policy does not allow it', async () => {
    const closed = await startOkta({
      seed: { users: [{ email, password }], passwordPolicy: { recoveryByMail: false } },
    });
    const ask = (path: string, username: string) =>
      publicCall(closed, `/api/v1/authn/recovery/${path}`, { username, factorType: 'EMAIL' });
    const cause = 'Recovery credential not set.';
    expect(refused(await ask('password', email))).toEqual([403, 'E0000034', cause]);
    closed.setStatus(email, 'LOCKED_OUT');
    expect(refused(await ask('unlock', email))).toEqual([403, 'E0000032', cause]);
    expect((await ask('password', 'nobody@example.com')).status).toBe(200);
    expect(closed.outbox.all()).toEqual([]);
    await closed.close();
  });

  test('an application with an API token gets the recovery token itself', async () => {
    const trusted = (username: string) =>
      call(org(), ['POST', '/api/v1/authn/recovery/password'], { body: { username } });
    const { body } = await trusted(email);
    expect(body).toMatchObject({
      status: 'RECOVERY',
      recoveryType: 'PASSWORD',
      _links: { next: { name: 'recovery' } },
    });
    expect((await redeem(body.recoveryToken)).body.status).toBe('PASSWORD_RESET');
    expect(refused(await trusted('nobody@example.com'))).toEqual([403, 'E0000095']);
    org().setStatus(email, 'LOCKED_OUT');
    expect(refused(await trusted(email))).toEqual([403, 'E0000119']);
    org().setStatus(email, 'SUSPENDED');
    expect(refused(await trusted(email))).toEqual([403, 'E0000034']);
    const wrong = await call(org(), ['POST', '/api/v1/authn/recovery/password'], {
      body: { username: email },
      headers: { authorization: 'SSWS wrong' },
    });
    expect(refused(wrong)).toEqual([401, 'E0000011']);
    expect(org().outbox.all()).toEqual([]);
  });

  test('the mailed token leads to a new password once', async () => {
    const opened = await resetTransaction();
    expect(opened).toMatchObject({
      status: 'PASSWORD_RESET',
      recoveryType: 'PASSWORD',
      _embedded: { policy: { age: { historyCount: 2 } } },
      _links: {
        next: {
          name: 'resetPassword',
          href: `${org().url}/api/v1/authn/credentials/reset_password`,
        },
      },
    });
    const { stateToken } = opened;
    const reset = (newPassword: string) =>
      authn('/credentials/reset_password', { stateToken, newPassword });
    expect(refused(await reset('weak')).slice(0, 2)).toEqual([403, 'E0000080']);
    const { body } = await reset(nextPassword);
    expect(body).toMatchObject({ status: 'SUCCESS', sessionToken: expect.any(String) });
    expect(refused(await reset(nextPassword))).toEqual([401, 'E0000011']);
    expect(refused(await redeem(mailedToken()))).toEqual([403, 'E0000105']);
    expect((await signIn(password)).status).toBe(401);
    expect((await signIn(nextPassword)).body.status).toBe('SUCCESS');
  });

  test('a token is redeemed once, whatever becomes of the reset', async () => {
    await recover(email);
    const answers = await Promise.all([redeem(mailedToken()), redeem(mailedToken())]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    expect(refused(await redeem(mailedToken()))).toEqual([403, 'E0000105']);
    const opened = await resetTransaction();
    await authn('/cancel', { stateToken: opened.stateToken });
    expect(refused(await redeem(mailedToken()))).toEqual([403, 'E0000105']);
    expect((await signIn(password)).body.status).toBe('SUCCESS');
  });

  test('two resets at the same time give one new password', async () => {
    const { stateToken } = await resetTransaction();
    const answers = await Promise.all(
      [nextPassword, 'Anchor-Mist-77'].map((newPassword) =>
        authn('/credentials/reset_password', { stateToken, newPassword }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  test('a token is refused when it is unknown, too old, or not for recovery', async () => {
    expect(refused(await redeem('aaaaaaaaaaaaaaaaaaaa'))).toEqual([401, 'E0000011']);
    await recover(email);
    clock.advance(60 * minute);
    expect(refused(await redeem(mailedToken()))).toEqual([403, 'E0000105']);
    org().setStatus(email, 'PROVISIONED');
    const { body } = await call(org(), ['POST', `/api/v1/users/${email}/lifecycle/reactivate`]);
    expect(refused(await redeem(body.activationToken))).toEqual([401, 'E0000011']);
  });

  test('ends a lock and the wait of an administrator’s reset', async () => {
    const { body } = await call(org(), [
      'POST',
      `/api/v1/users/${email}/lifecycle/reset_password?sendEmail=false`,
    ]);
    const token = body.resetPasswordUrl.split('/').at(-1);
    const { stateToken } = (await redeem(token ?? '')).body;
    await authn('/credentials/reset_password', { stateToken, newPassword: nextPassword });
    expect((await signIn(nextPassword)).body.status).toBe('SUCCESS');
  });

  test('the last passwords are refused', async () => {
    const { stateToken } = await resetTransaction();
    await authn('/credentials/reset_password', { stateToken, newPassword: nextPassword });
    const again = await resetTransaction();
    const reset = (newPassword: string) =>
      authn('/credentials/reset_password', { stateToken: again.stateToken, newPassword });
    expect(refused(await reset(password))[2]).toBe('Password has been used too recently');
    expect(refused(await reset('weak'))[2]).toMatch(/cannot be any of your last 2 passwords\.$/);
    expect(refused(await reset('Aa1!'.repeat(19)))[2]).toMatch(/maximum 72 characters/);
  });
});

describe('an activation token', () => {
  test('leads a user without a password to choose one', async () => {
    const login = 'new@example.com';
    await call(org(), ['POST', '/api/v1/users'], {
      body: { profile: { login, email: login, ...names } },
    });
    const token = org().outbox.to(login)[0]?.token;
    const { body } = await authn('', { token });
    expect(body).toMatchObject({ status: 'PASSWORD_RESET', recoveryType: 'ACCOUNT_ACTIVATION' });
    expect(refused(await authn('', { token }))).toEqual([401, 'E0000004']);
    await authn('/credentials/reset_password', {
      stateToken: body.stateToken,
      newPassword: nextPassword,
    });
    expect((await call(org(), ['GET', `/api/v1/users/${login}`])).body.status).toBe('ACTIVE');
    expect((await signIn(nextPassword, login)).body.status).toBe('SUCCESS');
    expect(refused(await authn('', { token }))).toEqual([401, 'E0000004']);
  });

  test('signs in a user who has a password', async () => {
    const login = 'new@example.com';
    await call(org(), ['POST', '/api/v1/users?activate=false'], {
      body: {
        profile: { login, email: login, ...names },
        credentials: { password: { value: password } },
      },
    });
    const { body } = await call(org(), [
      'POST',
      `/api/v1/users/${login}/lifecycle/activate?sendEmail=false`,
    ]);
    expect((await authn('', { token: body.activationToken })).body.status).toBe('SUCCESS');
    expect(refused(await authn('', { token: body.activationToken }))).toEqual([401, 'E0000004']);
  });
});

test('okta-auth-js walks through recovery, and signs in with the new password', async () => {
  const client = new OktaAuth({ issuer: org().issuer });
  const started = await client.forgotPassword({ username: email, factorType: 'EMAIL' });
  expect(started.status).toBe('RECOVERY_CHALLENGE');
  const opened = await client.verifyRecoveryToken({ recoveryToken: mailedToken() });
  expect(opened.status).toBe('PASSWORD_RESET');
  const reset = await (
    opened as unknown as { resetPassword(options: object): Promise<{ status: string }> }
  ).resetPassword({ newPassword: nextPassword });
  expect(reset.status).toBe('SUCCESS');
  const wrong = client.signInWithCredentials({ username: email, password });
  await expect(wrong).rejects.toMatchObject({ errorCode: 'E0000004' });
  const signedIn = await client.signInWithCredentials({ username: email, password: nextPassword });
  expect(signedIn).toMatchObject({ status: 'SUCCESS', sessionToken: expect.any(String) });
});
