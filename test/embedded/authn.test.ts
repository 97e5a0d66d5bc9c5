import { OktaAuth } from '@okta/okta-auth-js';
import { describe, expect, test } from 'vitest';
import { email, minute, nextPassword, onAuthnOrg, password } from './authn-calls.ts';
import { call, publicCall, refused } from './call.ts';
import { startOkta } from './start.ts';

const { org, clock, authn, signIn, resetTransaction } = onAuthnOrg({
  lockoutMaxAttempts: 3,
  autoUnlockMinutes: 30,
  maxAgeDays: 90,
  historyCount: 2,
});

async function expiredTransaction() {
  org().setStatus(email, 'PASSWORD_EXPIRED');
  return (await signIn(password)).body;
}

const inFiveMinutes = () => new Date(clock.now() + 5 * minute).toISOString();

describe('signing in', () => {
  test('SUCCESS carries a session token, the user, and no state token', async () => {
    const { status, body, headers } = await authn('', {
      username: email.toUpperCase(),
      password,
      relayState: '/deep',
    });
    expect(status).toBe(200);
    expect(headers.get('x-okta-request-id')).toBeTruthy();
    expect(body).toEqual({
      expiresAt: inFiveMinutes(),
      status: 'SUCCESS',
      relayState: '/deep',
      sessionToken: expect.stringMatching(/^00\w{40}$/),
      _embedded: {
        user: {
          id: expect.stringMatching(/^00u/),
          passwordChanged: expect.any(String),
          profile: {
            login: email,
            firstName: 'Ada',
            lastName: 'Lovelace',
            locale: 'en_US',
            timeZone: 'America/Los_Angeles',
          },
        },
      },
      _links: {
        cancel: { href: `${org().url}/api/v1/authn/cancel`, hints: { allow: ['POST'] } },
      },
    });
    const { body: user } = await call(org(), ['GET', `/api/v1/users/${email}`]);
    expect(user.lastLogin).toBe(new Date(clock.now()).toISOString());
  });

  test('one password in two Unicode forms is one password', async () => {
    const umlauts = 'Zürich-Straße-42';
    const profile = {
      login: 'uli@example.com',
      email: 'uli@example.com',
      firstName: 'U',
      lastName: 'K',
    };
    const credentials = { password: { value: umlauts.normalize('NFC') } };
    await call(org(), ['POST', '/api/v1/users'], { body: { profile, credentials } });
    const { body } = await signIn(umlauts.normalize('NFD'), 'uli@example.com');
    expect(body.status).toBe('SUCCESS');
  });

  test('a wrong password, an unknown user, an id and every inactive status answer alike', async () => {
    const { body: user } = await call(org(), ['GET', `/api/v1/users/${email}`]);
    const answers = [
      await signIn('wrong'),
      await signIn(password, 'nobody@example.com'),
      await signIn(password, user.id),
    ];
    for (const status of [
      'STAGED',
      'PROVISIONED',
      'RECOVERY',
      'SUSPENDED',
      'DEPROVISIONED',
      'LOCKED_OUT',
    ] as const) {
      org().setStatus(email, status);
      answers.push(await signIn(password));
    }
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect({ ...answer.body, errorId: '' }).toEqual({
        errorCode: 'E0000004',
        errorSummary: 'Authentication failed',
        errorLink: 'E0000004',
        errorId: '',
        errorCauses: [],
      });
    }
  });

  test('an unknown user costs as much time as a wrong password', async () => {
    const time = async (username: string) => {
      const started = performance.now();
      await signIn('wrong', username);
      org().setStatus(email, 'ACTIVE');
      return performance.now() - started;
    };
    const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 25; round += 1) {
      known.push(await time(email));
      unknown.push(await time('nobody@example.com'));
    }
    expect(median(unknown)).toBeGreaterThan(median(known) * 0.6);
  });

  test('missing attributes and broken JSON are refused', async () => {
    expect(refused(await authn('', { username: email }))).toEqual([
      400,
      'E0000001',
      "The 'username' and 'password' attributes are required in this context.",
    ]);
    expect(refused(await authn('', '{"username'))).toEqual([400, 'E0000003']);
  });

  test('a wrong API token is refused at every step, and none makes the caller the public', async () => {
    const body = { username: email, password };
    for (const path of ['', '/recovery/token', '/credentials/reset_password', '/cancel']) {
      for (const authorization of ['SSWS wrong', 'SSWS']) {
        const headers = { authorization };
        const answer = await call(org(), ['POST', `/api/v1/authn${path}`], { body, headers });
        expect(refused(answer)).toEqual([401, 'E0000011']);
      }
    }
    expect((await call(org(), ['POST', '/api/v1/authn'], { body })).body.status).toBe('SUCCESS');
  });
});

describe('locking', () => {
  test('hides behind the answer to a wrong password, and ends by time', async () => {
    for (let attempt = 0; attempt < 3; attempt += 1) await signIn('wrong');
    expect(refused(await signIn(password))).toEqual([401, 'E0000004']);
    const { body } = await call(org(), ['GET', `/api/v1/users/${email}`]);
    expect(body.status).toBe('LOCKED_OUT');
    clock.advance(29 * minute);
    expect((await signIn(password)).status).toBe(401);
    clock.advance(minute);
    expect((await signIn(password)).body.status).toBe('SUCCESS');
  });

  test('counts failures in a row only', async () => {
    for (let round = 0; round < 3; round += 1) {
      await signIn('wrong');
      await signIn('wrong');
      expect((await signIn(password)).body.status).toBe('SUCCESS');
    }
  });

  test('shows as LOCKED_OUT where the policy says so', async () => {
    const open = await startOkta({
      seed: {
        users: [{ email, password }],
        passwordPolicy: { lockoutMaxAttempts: 1, showLockoutFailures: true },
      },
    });
    const attempt = () => publicCall(open, '/api/v1/authn', { username: email, password: 'wrong' });
    const [first, second] = [await attempt(), await attempt()];
    expect(first.body).toEqual(second.body);
    expect(second).toMatchObject({
      status: 200,
      body: {
        status: 'LOCKED_OUT',
        _links: {
          next: {
            name: 'unlock',
            href: `${open.url}/api/v1/authn/recovery/unlock`,
            hints: { allow: ['POST'] },
          },
        },
      },
    });
    await open.close();
  });

  test('more than four attempts a second for one username are too many', async () => {
    const strict = await startOkta({ now: clock.now });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const answer = await publicCall(strict, '/api/v1/authn', { username: 'Nobody', password });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 429]);
    await strict.close();
  });
});

describe('an expired password', () => {
  test('stops the sign-in until it is changed', async () => {
    clock.advance(90 * 24 * 60 * minute);
    const { body } = await signIn(password);
    expect(body).toMatchObject({
      status: 'PASSWORD_EXPIRED',
      expiresAt: inFiveMinutes(),
      _embedded: { user: { profile: { login: email } }, policy: { complexity: { minLength: 8 } } },
      _links: {
        next: {
          name: 'changePassword',
          href: `${org().url}/api/v1/authn/credentials/change_password`,
        },
        cancel: { href: `${org().url}/api/v1/authn/cancel` },
      },
    });
    expect(body).not.toHaveProperty('sessionToken');
    const { stateToken } = body;
    const change = (oldPassword: string, newPassword: string) =>
      authn('/credentials/change_password', { stateToken, oldPassword, newPassword });
    expect(refused(await change('wrong', nextPassword))).toEqual([
      403,
      'E0000014',
      'oldPassword: The credentials provided were incorrect.',
    ]);
    expect(refused(await change(password, 'weak')).slice(0, 2)).toEqual([403, 'E0000080']);
    expect(refused(await change(password, password))[2]).toBe(
      'Password cannot be your current password',
    );
    expect((await change(password, nextPassword)).body).toMatchObject({ status: 'SUCCESS' });
    expect(refused(await change(nextPassword, password))).toEqual([401, 'E0000011']);
    expect((await signIn(nextPassword)).body.status).toBe('SUCCESS');
  });

  test('can be looked at again, left, and is forgotten in five minutes', async () => {
    const first = await expiredTransaction();
    const { stateToken } = first;
    clock.advance(4 * minute);
    const again = await authn('', { stateToken });
    expect(again.body).toEqual({ ...first, expiresAt: inFiveMinutes() });
    clock.advance(4 * minute);
    expect((await authn('', { stateToken })).status).toBe(200);
    expect((await authn('/cancel', { stateToken })).body).toEqual({});
    expect(refused(await authn('', { stateToken }))).toEqual([401, 'E0000011']);

    const other = await expiredTransaction();
    clock.advance(5 * minute);
    expect(refused(await authn('', { stateToken: other.stateToken }))).toEqual([401, 'E0000011']);
    expect(refused(await authn('/cancel', {}))).toEqual([401, 'E0000011']);
  });

  test('a step of another state is refused', async () => {
    const { stateToken } = await expiredTransaction();
    const reset = await authn('/credentials/reset_password', {
      stateToken,
      newPassword: nextPassword,
    });
    expect(refused(reset)).toEqual([
      403,
      'E0000079',
      'This operation is not allowed in the current authentication state.',
    ]);
    org().setStatus(email, 'ACTIVE');
    const change = await authn('/credentials/change_password', {
      stateToken: (await resetTransaction()).stateToken,
      oldPassword: password,
      newPassword: nextPassword,
    });
    expect(refused(change).slice(0, 2)).toEqual([403, 'E0000079']);
  });
});

test('okta-auth-js changes an expired password by the links of the transaction', async () => {
  org().setStatus(email, 'PASSWORD_EXPIRED');
  const client = new OktaAuth({ issuer: org().issuer });
  const expired = await client.signInWithCredentials({ username: email, password });
  expect(expired.status).toBe('PASSWORD_EXPIRED');
  const change = expired['changePassword'] as (options: object) => Promise<{ status: string }>;
  const changed = await change({ oldPassword: password, newPassword: nextPassword });
  expect(changed).toMatchObject({ status: 'SUCCESS', sessionToken: expect.any(String) });
});
