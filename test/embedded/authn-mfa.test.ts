import { OktaAuth } from '@okta/okta-auth-js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { totpCode } from '../../src/embedded/factors/totp.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { type Answer, publicCall, refused } from './call.ts';
import { email, password, phoneNumber, pushUser, secret, users } from './factor-users.ts';
import { decode, token } from './oauth-calls.ts';
import { startOkta } from './start.ts';

const newcomer = 'new@example.com';
const second = 1000;
const minute = 60 * second;

let org: EmbeddedOkta;
let strict: EmbeddedOkta;
let clock = Date.parse('2026-01-01T00:00:00.000Z');

beforeAll(async () => {
  const now = () => clock;
  org = await startOkta({
    now,
    perUsernamePerSecond: 1000,
    seed: {
      users,
    },
  });
  strict = await startOkta({
    now,
    perUsernamePerSecond: 1000,
    seed: { mfa: 'REQUIRED', users: [{ email: newcomer, password }] },
  });
});
afterEach(async () => {
  await org.reset();
  await strict.reset();
  clock += minute;
});
afterAll(async () => {
  await org.close();
  await strict.close();
});

const authn = (path: string, body: unknown, at = org) =>
  publicCall(at, `/api/v1/authn${path}`, body);
const signIn = (username = email) => authn('', { username, password });
const code = () => totpCode(secret, clock);
const lastCode = (address: string, at = org) => at.outbox.to(address).at(-1)?.code ?? '';

function factorId(answer: Answer, type: string): string {
  const factor = answer.body._embedded.factors.find(({ factorType }) => factorType === type);
  return factor?.id ?? '';
}

/** A sign-in that stands at MFA_REQUIRED, and its factor of the type. */
async function waiting(type: string, username = email) {
  const answer = await signIn(username);
  const id = factorId(answer, type);
  const { stateToken } = answer.body;
  const step = (name: string, body: object = {}) =>
    authn(`/factors/${id}/${name}`, { stateToken, ...body });
  const verify = (passCode?: string) => step('verify', { passCode });
  return { answer, id, stateToken, step, verify };
}

function authJs(at = org) {
  return new OktaAuth({
    issuer: `${at.url}/oauth2/default`,
    clientId: at.seeded.apiClient.clientId,
    redirectUri: at.seeded.apiClient.redirectUri,
  });
}

describe('a sign-in of a user who has factors', () => {
  test('names them with masked addresses, without a next link', async () => {
    const { body } = await signIn();
    expect(body).toMatchObject({
      status: 'MFA_REQUIRED',
      stateToken: expect.stringMatching(/^00\w{40}$/),
      _embedded: {
        user: { profile: { login: email } },
        factors: [
          {
            factorType: 'token:software:totp',
            provider: 'GOOGLE',
            profile: { credentialId: email },
          },
          { factorType: 'sms', profile: { phoneNumber: '+1 XXX-XXX-1337' } },
          { factorType: 'email', profile: { email: 'a...a@example.com' } },
          { factorType: 'push', profile: { credentialId: email } },
        ],
        policy: { allowRememberDevice: false },
      },
    });
    expect(Object.keys(body._links)).toEqual(['cancel']);
    expect(body).not.toHaveProperty('sessionToken');
    expect(JSON.stringify(body)).not.toContain(secret);
  });

  test('a TOTP code ends it, once, and the ID token says so', async () => {
    const { verify, stateToken } = await waiting('token:software:totp');
    expect(refused(await verify('000000'))).toEqual([
      403,
      'E0000068',
      "Your code doesn't match our records. Please try again.",
    ]);
    const { body } = await verify(code());
    expect(body).toMatchObject({ status: 'SUCCESS', sessionToken: expect.any(String) });
    expect(body).not.toHaveProperty('stateToken');
    expect(refused(await authn('', { stateToken }))).toEqual([401, 'E0000011']);

    const replay = await waiting('token:software:totp');
    expect(refused(await replay.verify(code()))).toEqual([403, 'E0000082']);

    const { redirectUri, clientId } = org.seeded.apiClient;
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid',
      state: 's',
      prompt: 'none',
      sessionToken: body.sessionToken,
    });
    const answer = await fetch(`${org.issuer}/v1/authorize?${query}`, { redirect: 'manual' });
    const location = new URL(answer.headers.get('location') ?? '');
    const tokens = await token(org, {
      grant_type: 'authorization_code',
      code: location.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
    });
    expect(decode(tokens.id).claims['amr']).toEqual(['pwd', 'otp', 'mfa']);
  });

  test.each([
    ['sms', phoneNumber, 'SMS_CODE', 30],
    ['email', email, 'EMAIL_CODE', 5],
  ] as const)('%s sends a code, sends another after a wait, and takes the last', async (...row) => {
    const [type, address, kind, wait] = row;
    const { step, verify } = await waiting(type);
    const challenge = await verify();
    expect(challenge.body).toMatchObject({
      status: 'MFA_CHALLENGE',
      factorResult: 'CHALLENGE',
      _embedded: { factor: { factorType: type } },
      _links: { next: { name: 'verify' }, resend: [{ name: type }], prev: {}, cancel: {} },
    });
    expect(org.outbox.to(address)).toMatchObject([{ kind }]);
    const first = lastCode(address);
    expect((await step('verify/resend')).status).toBe(429);
    clock += wait * second;
    expect((await step('verify/resend')).body.status).toBe('MFA_CHALLENGE');
    expect((await verify(first)).status).toBe(403);
    expect((await verify(lastCode(address))).body.status).toBe('SUCCESS');
  });

  test('a push is polled until the person has chosen the number that the sign-in shows', async () => {
    const { verify } = await waiting('push');
    const challenge = await verify();
    expect(challenge.body).toMatchObject({
      status: 'MFA_CHALLENGE',
      factorResult: 'WAITING',
      _links: { next: { name: 'poll' } },
    });
    const { correctAnswer } = challenge.body._embedded.factor._embedded.challenge;
    expect((await verify()).body.factorResult).toBe('WAITING');
    expect(org.push.pending(email)).toHaveLength(1);
    org.push.approve(email, correctAnswer);
    expect((await verify()).body.status).toBe('SUCCESS');
  });

  test('a push that is denied or too late says so, and the next try sends a new one', async () => {
    const { verify } = await waiting('push', pushUser);
    await verify();
    org.push.deny(pushUser);
    const denied = await verify();
    expect(denied.body).toMatchObject({
      status: 'MFA_CHALLENGE',
      factorResult: 'REJECTED',
      _links: { next: { name: 'verify' } },
    });
    expect((await verify()).body.factorResult).toBe('WAITING');
    clock += 4 * minute;
    await verify();
    clock += minute;
    expect((await verify()).body.factorResult).toBe('TIMEOUT');
    await verify();
    org.push.approve(pushUser);
    expect((await verify()).body.status).toBe('SUCCESS');
  });

  test('goes back to the choice of a factor, and can be cancelled', async () => {
    const { verify, stateToken } = await waiting('push');
    expect(refused(await authn('/previous', { stateToken })).slice(0, 2)).toEqual([
      403,
      'E0000079',
    ]);
    await verify();
    const back = await authn('/previous', { stateToken });
    expect(back.body).toMatchObject({ status: 'MFA_REQUIRED', stateToken });
    expect(back.body).not.toHaveProperty('factorResult');
    expect(org.push.pending(email)).toEqual([]);
    expect(refused(await authn('/skip', { stateToken })).slice(0, 2)).toEqual([403, 'E0000079']);
    expect((await authn('/cancel', { stateToken })).body).toEqual({});
    expect((await verify(code())).status).toBe(401);
  });

  test('asks for the factor before an expired password', async () => {
    org.setStatus(email, 'PASSWORD_EXPIRED');
    const { verify, stateToken } = await waiting('token:software:totp');
    const change = (at: string) =>
      authn('/credentials/change_password', {
        stateToken: at,
        oldPassword: password,
        newPassword: 'Plough-Sky-42',
      });
    expect(refused(await change(stateToken)).slice(0, 2)).toEqual([403, 'E0000079']);
    const expired = await verify(code());
    expect(expired.body.status).toBe('PASSWORD_EXPIRED');
    expect((await change(expired.body.stateToken)).body.status).toBe('SUCCESS');
  });

  test('a user who is suspended meanwhile gets no session', async () => {
    const { verify } = await waiting('token:software:totp');
    org.setStatus(email, 'SUSPENDED');
    expect(refused(await verify(code()))).toEqual([401, 'E0000011']);
  });

  test("another user's factor and another state are refused", async () => {
    const other = await waiting('push', pushUser);
    const { stateToken } = await waiting('push');
    const foreign = await authn(`/factors/${other.id}/verify`, { stateToken });
    expect(refused(foreign)).toEqual([404, 'E0000007']);
    expect(refused(await authn('/factors', { stateToken })).slice(0, 2)).toEqual([403, 'E0000079']);
  });

  test('okta-auth-js verifies a code and polls a push', async () => {
    const byCode = await authJs().signInWithCredentials({ username: email, password });
    expect(byCode.status).toBe('MFA_REQUIRED');
    const app = byCode.factors?.find(({ factorType }) => factorType === 'token:software:totp');
    const signedIn = await app?.['verify']({ passCode: code() });
    expect(signedIn).toMatchObject({ status: 'SUCCESS', sessionToken: expect.any(String) });

    const byPush = await authJs().signInWithCredentials({ username: pushUser, password });
    const challenge = await byPush.factors?.[0]?.['verify']({});
    expect(challenge.factorResult).toBe('WAITING');
    let seen = 0;
    const done = await challenge.poll({
      delay: 1,
      transactionCallBack() {
        seen += 1;
        if (seen === 2) org.push.approve(pushUser);
      },
    });
    expect(done).toMatchObject({ status: 'SUCCESS' });
    expect(seen).toBe(2);
  });
});

describe('where the policy requires a factor of all users', () => {
  const enrolling = (options?: object) =>
    authn('', { username: newcomer, password, options }, strict);
  const enroll = (stateToken: string, factor: object) =>
    authn('/factors', { stateToken, provider: 'OKTA', ...factor }, strict);
  const sms = { factorType: 'sms', profile: { phoneNumber } };

  test('a user without one sets it up and is signed in by its first code', async () => {
    const { body } = await enrolling();
    expect(body).toMatchObject({
      status: 'MFA_ENROLL',
      _embedded: {
        factors: [
          { factorType: 'token:software:totp', provider: 'GOOGLE', status: 'NOT_SETUP' },
          { factorType: 'token:software:totp', provider: 'OKTA', enrollment: 'REQUIRED' },
          { factorType: 'sms' },
          { factorType: 'email' },
        ],
      },
    });
    const { stateToken } = body;
    expect(refused(await authn('/skip', { stateToken }, strict)).slice(0, 2)).toEqual([
      403,
      'E0000079',
    ]);
    const factor = { factorType: 'token:software:totp', provider: 'GOOGLE' };
    const enrolled = await enroll(stateToken, factor);
    expect(enrolled.body).toMatchObject({
      status: 'MFA_ENROLL_ACTIVATE',
      _links: { next: { name: 'activate' }, prev: {} },
    });
    const { id, _embedded } = enrolled.body._embedded.factor as unknown as {
      id: string;
      _embedded: { activation: { sharedSecret: string } };
    };
    const activate = (passCode: string) =>
      authn(`/factors/${id}/lifecycle/activate`, { stateToken, passCode }, strict);
    expect((await activate('000000')).status).toBe(403);
    const done = await activate(totpCode(_embedded.activation.sharedSecret, clock));
    expect(done.body).toMatchObject({ status: 'SUCCESS' });
    expect((await enrolling()).body.status).toBe('MFA_REQUIRED');
  });

  test('may go back to choose another, gets the code again, and may add more and skip', async () => {
    const { body } = await enrolling({ multiOptionalFactorEnroll: true });
    const { stateToken } = body;
    await enroll(stateToken, { factorType: 'token:software:totp' });
    const back = await authn('/previous', { stateToken }, strict);
    expect(back.body.status).toBe('MFA_ENROLL');
    const { id } = (await enroll(stateToken, sms)).body._embedded.factor;
    clock += 30 * second;
    await authn(`/factors/${id}/lifecycle/resend`, { stateToken }, strict);
    expect(strict.outbox.to(phoneNumber)).toHaveLength(2);
    const passCode = lastCode(phoneNumber, strict);
    const more = await authn(`/factors/${id}/lifecycle/activate`, { stateToken, passCode }, strict);
    expect(more.body).toMatchObject({ status: 'MFA_ENROLL', _links: { skip: {} } });
    const done = await authn('/skip', { stateToken }, strict);
    expect(done.body).toMatchObject({ status: 'SUCCESS' });
  });

  test('okta-auth-js sets up a phone', async () => {
    const start = await authJs(strict).signInWithCredentials({ username: newcomer, password });
    const factor = start.factors?.find(({ factorType }) => factorType === 'sms');
    const enrolled = await factor?.['enroll']({ profile: { phoneNumber } });
    expect(enrolled.status).toBe('MFA_ENROLL_ACTIVATE');
    const done = await enrolled.activate({ passCode: lastCode(phoneNumber, strict) });
    expect(done).toMatchObject({ status: 'SUCCESS', sessionToken: expect.any(String) });
  });
});

test('where the policy is off, a factor is not asked for', async () => {
  const off = await startOkta({
    seed: { mfa: 'OFF', users: [{ email, password, factors: [{ type: 'email' }] }] },
  });
  const { body } = await publicCall(off, '/api/v1/authn', { username: email, password });
  expect(body.status).toBe('SUCCESS');
});
