import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { call, publicCall, refused } from './call.ts';
import { startOkta } from './start.ts';

const password = 'Tr0ub4dor&3';
const locked = 'locked@example.com';
const others = [
  { email: 'active@example.com', password, status: 'ACTIVE' },
  { email: 'suspended@example.com', password, status: 'SUSPENDED' },
  { email: 'provisioned@example.com', password: null, status: 'PROVISIONED' },
] as const;
const minute = 60_000;

let org: EmbeddedOkta;
let clock = Date.parse('2026-01-01T00:00:00.000Z');

beforeAll(async () => {
  org = await startOkta({
    now: () => clock,
    perUsernamePerSecond: 1000,
    seed: { users: [{ email: locked, password, status: 'LOCKED_OUT' }, ...others] },
  });
});
afterEach(() => org.reset());

const authn = (path: string, body: unknown) => publicCall(org, `/api/v1/authn${path}`, body);
const unlock = (username: string) =>
  authn('/recovery/unlock', { username, factorType: 'EMAIL', relayState: 'r-1' });
const redeem = (recoveryToken: string) => authn('/recovery/token', { recoveryToken });
const signIn = () => authn('', { username: locked, password });

async function mailedToken(): Promise<string> {
  await unlock(locked);
  return org.outbox.to(locked).at(-1)?.token ?? 'no mail';
}

describe('self-service unlock', () => {
  test('answers alike for everyone and mails the locked account alone', async () => {
    const { body, status } = await unlock(locked);
    expect([status, body]).toEqual([
      200,
      {
        status: 'RECOVERY_CHALLENGE',
        factorResult: 'WAITING',
        relayState: 'r-1',
        factorType: 'EMAIL',
        recoveryType: 'UNLOCK',
      },
    ]);
    for (const email of ['nobody@example.com', ...others.map((user) => user.email)]) {
      expect((await unlock(email)).body).toEqual(body);
    }
    expect(org.outbox.all()).toMatchObject([{ kind: 'ACCOUNT_UNLOCK', to: locked }]);
  });

  test('the mailed token ends the lockout once, and the password is as before', async () => {
    const token = await mailedToken();
    expect((await signIn()).status).toBe(401);
    const { body } = await redeem(token);
    expect(body).toMatchObject({ status: 'SUCCESS', recoveryType: 'UNLOCK' });
    expect(body).not.toHaveProperty('sessionToken');
    expect((await signIn()).body.status).toBe('SUCCESS');
    expect(refused(await redeem(token))).toEqual([403, 'E0000105']);
    org.setStatus(locked, 'LOCKED_OUT');
    expect(refused(await redeem(token))).toEqual([403, 'E0000105']);
  });

  test('a token is refused once the account is no longer locked, and when it is too old', async () => {
    const token = await mailedToken();
    org.setStatus(locked, 'SUSPENDED');
    expect(refused(await redeem(token))).toEqual([403, 'E0000105']);
    org.setStatus(locked, 'LOCKED_OUT');
    clock += 60 * minute;
    expect(refused(await redeem(token))).toEqual([403, 'E0000105']);
  });

  test('an unlock token sets no password', async () => {
    const { body } = await redeem(await mailedToken());
    expect(body).not.toHaveProperty('stateToken');
  });

  test('the link of the mail shows the token', async () => {
    const token = await mailedToken();
    const link = org.outbox.to(locked).at(-1)?.link ?? '';
    const page = await (await fetch(link)).text();
    expect(page).toContain('Unlock your account');
    expect(page).toContain(token);
  });

  test('an application with an API token gets the unlock token itself', async () => {
    const trusted = (username: string) =>
      call(org, ['POST', '/api/v1/authn/recovery/unlock'], { body: { username } });
    const { body } = await trusted(locked);
    expect(body).toMatchObject({ status: 'RECOVERY', recoveryType: 'UNLOCK' });
    expect((await redeem(body.recoveryToken)).body.status).toBe('SUCCESS');
    expect(refused(await trusted('nobody@example.com'))).toEqual([403, 'E0000095']);
    expect(refused(await trusted('active@example.com'))).toEqual([403, 'E0000032']);
    expect(org.outbox.all()).toEqual([]);
  });

  test('the public names a factor, and only mail is there', async () => {
    expect(refused(await authn('/recovery/unlock', { username: locked }))).toEqual([
      400,
      'E0000001',
      'factorType: The field cannot be left blank',
    ]);
    const bySms = await authn('/recovery/unlock', { username: locked, factorType: 'SMS' });
    expect(refused(bySms)).toEqual([403, 'E0000032']);
  });
});

describe('an account that is not activated', () => {
  const mails = () => org.outbox.all().map(({ kind, to }) => `${kind} ${to}`);

  test('gets the mail again, and none once it is active', async () => {
    const path = '/api/v1/users/provisioned%40example.com/lifecycle/reactivate?sendEmail=true';
    expect((await call(org, ['POST', path])).status).toBe(200);
    expect(mails()).toEqual(['ACTIVATION provisioned@example.com']);
    org.setStatus('provisioned@example.com', 'ACTIVE');
    expect(refused(await call(org, ['POST', path]))).toEqual([403, 'E0000038']);
  });
});
