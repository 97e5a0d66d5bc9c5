import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { totpCode } from '../../src/embedded/factors/totp.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { call } from './call.ts';
import { email, password, phoneNumber, pushUser, secret, users } from './factor-users.ts';
import { basic, basicOf, clientLike, decode, post, refresh, signIn, token } from './oauth-calls.ts';
import { startOkta } from './start.ts';

const mfaOtp = 'http://auth0.com/oauth/grant-type/mfa-otp';
const mfaOob = 'http://auth0.com/oauth/grant-type/mfa-oob';
const second = 1000;
const minute = 60 * second;

const otherClient = clientLike({
  clientId: '0oa1otherclient00001',
  grantTypes: ['password', mfaOtp, mfaOob],
});
const passwordOnly = clientLike({ clientId: '0oa1passwordonly0001', grantTypes: ['password'] });

let okta: EmbeddedOkta;
let clock = Date.parse('2026-01-01T00:00:00.000Z');

beforeAll(async () => {
  okta = await startOkta({
    now: () => clock,
    perUsernamePerSecond: 1000,
    seed: {
      clients: [otherClient, passwordOnly],
      users,
    },
  });
});
afterEach(async () => {
  await okta.reset();
  clock += minute;
});
afterAll(async () => {
  await okta.close();
});

const code = () => totpCode(secret, clock);

async function mfaToken(username = email): Promise<string> {
  const reply = await signIn(okta, { username, password });
  return String(reply.body['mfa_token']);
}

function challenge(mfa_token: string, fields: Record<string, string> = {}) {
  const authorization = basic(okta.seeded.apiClient);
  return post(`${okta.issuer}/v1/challenge`, { mfa_token, ...fields }, authorization);
}

const otp = (mfa_token: string, value: string, fields: Record<string, string> = {}) =>
  token(okta, { grant_type: mfaOtp, mfa_token, otp: value, ...fields });
const oob = (mfa_token: string, oob_code: unknown, fields: Record<string, string> = {}) =>
  token(okta, { grant_type: mfaOob, mfa_token, oob_code: String(oob_code), ...fields });

const error = (reply: { status: number; body: Record<string, unknown> }) => [
  reply.status,
  reply.body['error'],
];

const expiredToken = {
  error: 'access_denied',
  error_description: "'mfa_token' has expired. Use a new 'mfa_token' and try again.",
};

describe('the password grant', () => {
  test('answers a user who has factors with 403 mfa_required and a token', async () => {
    const reply = await signIn(okta, { username: email, password });
    expect(reply.status).toBe(403);
    expect(reply.headers.get('cache-control')).toContain('no-store');
    expect(reply.body).toEqual({
      error: 'mfa_required',
      error_description: 'Verify with an additional authenticator to complete the sign-in process.',
      mfa_token: expect.stringMatching(/^\w{20}$/),
    });
    const wrong = await signIn(okta, { username: email, password: 'wrong' });
    expect(error(wrong)).toEqual([400, 'invalid_grant']);
  });

  test('refuses a client that has no grant for a second factor', async () => {
    const reply = await signIn(okta, { username: email, password }, basicOf(passwordOnly));
    expect(reply.status).toBe(400);
    expect(reply.body).toEqual({
      error: 'invalid_grant',
      error_description: 'Resource owner password credentials cannot be used with MFA enabled.',
    });
  });

  test('denies a user who has to set up a factor by the policy', async () => {
    const strict = await startOkta({ seed: { mfa: 'REQUIRED' } });
    const reply = await signIn(strict);
    expect(error(reply)).toEqual([403, 'access_denied']);
    expect(reply.body['error_description']).toContain('direct authentication');
  });
});

describe('the grant for one-time codes', () => {
  test('gives the tokens of the first request, once, and they refresh', async () => {
    const mfa = await mfaToken();
    const reply = await otp(mfa, code());
    expect(reply.status).toBe(200);
    expect(reply.body['scope']).toBe('openid profile email offline_access');
    expect(decode(reply.id).claims['amr']).toEqual(['pwd', 'otp', 'mfa']);
    expect((await refresh(okta, reply.refresh)).status).toBe(200);
    clock += minute;
    expect((await otp(mfa, code())).body).toEqual(expiredToken);
  });

  test('refuses a wrong code, a replayed one, and the sixth try', async () => {
    expect((await otp(await mfaToken(), code())).status).toBe(200);
    const mfa = await mfaToken();
    for (const value of [code(), '', '000000', 'nope']) {
      const reply = await otp(mfa, value);
      expect(reply.status).toBe(400);
      expect(reply.body).toEqual({
        error: 'invalid_grant',
        error_description:
          "The 'otp' provided is either empty or incorrect. Use the correct OTP and try again.",
      });
    }
    expect((await otp(mfa, '1')).status).toBe(400);
    clock += minute;
    expect(error(await otp(mfa, code()))).toEqual([429, 'invalid_grant']);
  });

  test('refuses a token that is too old, or of a user who has no such factor', async () => {
    const mfa = await mfaToken();
    clock += 5 * minute;
    const late = await otp(mfa, code());
    expect(late.status).toBe(403);
    expect(late.body).toEqual(expiredToken);
    expect(error(await otp('unknown', code()))).toEqual([403, 'access_denied']);
    const noApp = await otp(await mfaToken(pushUser), code());
    expect(error(noApp)).toEqual([403, 'access_denied']);
    expect(noApp.body['error_description']).toContain('required authenticator cannot be used');
  });

  test('refuses another client, another server, other scopes, and a suspended user', async () => {
    const mfa = await mfaToken();
    const fields = { grant_type: mfaOtp, mfa_token: mfa, otp: code() };
    expect(error(await token(okta, fields, basicOf(otherClient)))).toEqual([401, 'invalid_client']);
    const authorization = basic(okta.seeded.apiClient);
    const elsewhere = await post(`${okta.url}/oauth2/v1/token`, fields, authorization);
    expect(error(elsewhere)).toEqual([400, 'invalid_request']);
    expect(error(await otp(mfa, code(), { scope: 'openid' }))).toEqual([400, 'invalid_scope']);
    okta.setStatus(email, 'SUSPENDED');
    expect(error(await otp(mfa, code()))).toEqual([403, 'access_denied']);
  });
});

test('a new password ends a sign-in that waits for its second factor', async () => {
  const mfa = await mfaToken();
  const change = { oldPassword: { value: password }, newPassword: { value: 'Plough-Sky-42' } };
  const path = `/api/v1/users/${email}/credentials/change_password`;
  expect((await call(okta, ['POST', path], { body: change })).status).toBe(200);
  expect((await otp(mfa, code())).body).toEqual(expiredToken);
});

describe('the challenge', () => {
  test('without a channel leads to the grant for one-time codes', async () => {
    const reply = await challenge(await mfaToken());
    expect(reply.body).toEqual({ challenge_type: mfaOtp });
    const noApp = await challenge(await mfaToken(pushUser));
    expect(error(noApp)).toEqual([403, 'access_denied']);
  });

  test.each([
    ['sms', phoneNumber],
    ['email', email],
  ])('by %s sends a code that comes back as binding_code', async (channel, address) => {
    const mfa = await mfaToken();
    const { body } = await challenge(mfa, { channel_hint: channel });
    expect(body).toEqual({
      challenge_type: mfaOob,
      oob_code: expect.stringMatching(/^ft\w{32}$/),
      channel,
      binding_method: 'prompt',
      expires_in: 300,
    });
    expect(error(await oob(mfa, body['oob_code']))).toEqual([400, 'invalid_request']);
    const wrong = await oob(mfa, body['oob_code'], { binding_code: 'nope' });
    expect(error(wrong)).toEqual([400, 'invalid_grant']);
    const binding_code = okta.outbox.to(address).at(-1)?.code ?? '';
    const reply = await oob(mfa, body['oob_code'], { binding_code });
    expect(reply.status).toBe(200);
    expect(decode(reply.id).claims['amr']).toContain('mfa');
    const again = await challenge(await mfaToken(), { channel_hint: channel });
    expect(error(again)).toEqual([429, 'invalid_grant']);
  });

  test('by push is polled at its interval until the person answers', async () => {
    const mfa = await mfaToken(pushUser);
    const { body } = await challenge(mfa, { channel_hint: 'push' });
    expect(body).toMatchObject({ channel: 'push', binding_method: 'none', interval: 5 });
    expect(body).not.toHaveProperty('binding_code');
    expect(error(await oob(mfa, body['oob_code']))).toEqual([400, 'authorization_pending']);
    clock += 4 * second;
    expect(error(await oob(mfa, body['oob_code']))).toEqual([400, 'slow_down']);
    clock += 5 * second;
    expect(error(await oob(mfa, body['oob_code']))).toEqual([400, 'authorization_pending']);
    okta.push.approve(pushUser);
    const reply = await oob(mfa, body['oob_code']);
    expect(reply.status).toBe(200);
    expect(decode(reply.id).claims['amr']).toEqual(['pwd', 'swk', 'mfa']);
    expect((await oob(mfa, body['oob_code'])).body).toEqual(expiredToken);
  });

  test('by push with number matching shows the number to choose', async () => {
    const mfa = await mfaToken();
    const { body } = await challenge(mfa, { channel_hint: 'push' });
    expect(body).toMatchObject({ binding_method: 'transfer', binding_code: expect.any(String) });
    okta.push.approve(email, Number(body['binding_code']));
    expect((await oob(mfa, body['oob_code'])).status).toBe(200);
  });

  test('a push that is denied ends the challenge, not the sign-in', async () => {
    const mfa = await mfaToken(pushUser);
    const first = await challenge(mfa, { channel_hint: 'push' });
    okta.push.deny(pushUser);
    const denied = await oob(mfa, first.body['oob_code']);
    expect(denied.status).toBe(400);
    expect(denied.body).toEqual({
      error: 'invalid_grant',
      error_description: 'User rejected out-of-band authentication prompt.',
    });
    expect(error(await oob(mfa, first.body['oob_code']))).toEqual([403, 'access_denied']);
    const second = await challenge(mfa, { channel_hint: 'push' });
    okta.push.approve(pushUser);
    expect((await oob(mfa, second.body['oob_code'])).status).toBe(200);
  });

  test('refuses what the user, the client or this org does not have', async () => {
    const mfa = await mfaToken(pushUser);
    const answers = [
      await challenge(mfa, { channel_hint: 'voice' }),
      await challenge(mfa, { channel_hint: 'pigeon' }),
      await challenge(mfa, { challenge_types_supported: 'urn:other' }),
      await challenge(mfa, { challenge_types_supported: mfaOob }),
      await challenge(mfa, { challenge_types_supported: mfaOtp, channel_hint: 'push' }),
      await challenge('unknown'),
    ];
    expect(answers.map(error)).toEqual([
      [403, 'access_denied'],
      [400, 'invalid_request'],
      [403, 'access_denied'],
      [400, 'invalid_request'],
      [403, 'access_denied'],
      [403, 'access_denied'],
    ]);
    const url = `${okta.issuer}/v1/challenge`;
    const foreign = await post(url, { mfa_token: mfa }, basicOf(otherClient));
    expect(error(foreign)).toEqual([401, 'invalid_client']);
    expect((await post(url, { mfa_token: mfa }, null)).status).toBe(401);
  });

  test('a code of one sign-in is refused in another', async () => {
    const mfa = await mfaToken();
    const { body } = await challenge(mfa, { channel_hint: 'push' });
    const other = await mfaToken();
    expect(error(await oob(other, body['oob_code']))).toEqual([400, 'invalid_request']);
  });
});
