import type { UserFactor } from '@okta/okta-sdk-nodejs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { totpCode } from '../../src/embedded/factors/totp.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { type AnswerBody, call, refused } from './call.ts';
import { sdkWithApiToken } from './sdk.ts';
import { startOkta } from './start.ts';

const email = 'ada@example.com';
const pushUser = 'grace@example.com';
const password = 'Tr0ub4dor&3';
const phoneNumber = '+15554151337';
const second = 1000;
const minute = 60 * second;

let org: EmbeddedOkta;
let clock = Date.parse('2026-01-01T00:00:00.000Z');

beforeAll(async () => {
  org = await startOkta({
    now: () => clock,
    seed: {
      users: [
        { email, password },
        { email: pushUser, password, factors: [{ type: 'push' }] },
      ],
    },
  });
});
afterEach(async () => {
  await org.reset();
});
afterAll(async () => {
  await org.close();
});

const factors = `/api/v1/users/${email}/factors`;
const post = (path: string, body?: unknown) => call(org, ['POST', path], { body });
const get = (path: string) => call(org, ['GET', path]);

const totp = { factorType: 'token:software:totp', provider: 'GOOGLE' };
const sms = { factorType: 'sms', provider: 'OKTA', profile: { phoneNumber } };
const mailFactor = { factorType: 'email', provider: 'OKTA', profile: { email } };

async function activeTotp() {
  const { body } = await post(factors, totp);
  const secret = body._embedded.activation.sharedSecret;
  const { id } = body;
  await post(`${factors}/${id}/lifecycle/activate`, { passCode: totpCode(secret, clock) });
  clock += minute;
  return { id, secret };
}

async function activeSms() {
  const { body } = await post(`${factors}?activate=true`, sms);
  return body.id;
}

const lastCode = (address: string) => org.outbox.to(address).at(-1)?.code ?? '';

test("Okta's SDK enrols, activates, verifies, lists and removes a TOTP factor", async () => {
  const api = sdkWithApiToken(org).userFactorApi;
  const enrolled = await api.enrollFactor({ userId: email, body: totp as UserFactor });
  expect(enrolled).toMatchObject({ status: 'PENDING_ACTIVATION', vendorName: 'GOOGLE' });
  const { activation } = enrolled._embedded as unknown as AnswerBody['_embedded'];
  const factorId = enrolled.id ?? '';
  const at = { userId: email, factorId };

  const activated = await api.activateFactor({
    ...at,
    body: { passCode: totpCode(activation.sharedSecret, clock) },
  });
  expect(activated).toMatchObject({ id: factorId, status: 'ACTIVE' });
  clock += minute;
  const verified = await api.verifyFactor({
    ...at,
    body: { passCode: totpCode(activation.sharedSecret, clock) },
  });
  expect(verified.factorResult).toBe('SUCCESS');

  const listed: UserFactor[] = [];
  await (await api.listFactors({ userId: email })).each((factor) => listed.push(factor));
  expect(listed).toMatchObject([{ id: factorId, factorType: 'token:software:totp' }]);
  await api.unenrollFactor(at);
  expect((await get(factors)).body).toEqual([]);
});

describe('a TOTP factor', () => {
  test('shows its secret until it is activated, and the text of a QR code', async () => {
    const { body } = await post(factors, totp);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^ost\w{17}$/),
      profile: { credentialId: email },
      _embedded: {
        activation: {
          timeStep: 30,
          encoding: 'base32',
          keyLength: 6,
          sharedSecret: expect.stringMatching(/^[A-Z2-7]{32}$/),
        },
      },
    });
    const { sharedSecret, _links } = body._embedded.activation;
    const qrcode = new URL(_links.qrcode.href).pathname;
    const uri = new URL(String((await get(qrcode)).body));
    expect(uri.protocol).toBe('otpauth:');
    expect(uri.searchParams.get('secret')).toBe(sharedSecret);

    const code = totpCode(sharedSecret, clock);
    const active = await post(`${factors}/${body.id}/lifecycle/activate`, { passCode: code });
    expect(active.body).not.toHaveProperty('_embedded');
    expect((await get(qrcode)).status).toBe(404);
  });

  test('takes a code once, a step early or late, and no other', async () => {
    const { id, secret } = await activeTotp();
    const verify = (time: number) =>
      post(`${factors}/${id}/verify`, { passCode: totpCode(secret, time) });
    expect(refused(await verify(clock - 90 * second))).toEqual([403, 'E0000082']);
    expect((await verify(clock - 30 * second)).body).toEqual({ factorResult: 'SUCCESS' });
    expect((await verify(clock + 30 * second)).status).toBe(200);
    expect(refused(await verify(clock))).toEqual([403, 'E0000082']);
    expect(refused(await verify(clock + 90 * second))).toEqual([403, 'E0000083']);
    expect(refused(await verify(clock + 60 * minute))).toEqual([
      403,
      'E0000068',
      "Your code doesn't match our records. Please try again.",
    ]);
  });

  test('five wrong codes within five minutes close it, and a right one counts from anew', async () => {
    const { id, secret } = await activeTotp();
    const verify = (passCode: string) => post(`${factors}/${id}/verify`, { passCode });
    for (let count = 0; count < 4; count += 1) expect((await verify('nope')).status).toBe(403);
    expect((await verify(totpCode(secret, clock))).status).toBe(200);
    for (let count = 0; count < 5; count += 1) expect((await verify('nope')).status).toBe(403);
    clock += minute;
    expect(refused(await verify(totpCode(secret, clock)))).toEqual([429, 'E0000047']);
    clock += 5 * minute;
    expect((await verify(totpCode(secret, clock))).status).toBe(200);
  });

  test('is set up once, and a pending one gives way to the next', async () => {
    const first = await post(factors, totp);
    const next = await post(factors, totp);
    expect((await get(`${factors}/${first.body.id}`)).status).toBe(404);
    const secret = next.body._embedded.activation.sharedSecret;
    await post(`${factors}/${next.body.id}/lifecycle/activate`, {
      passCode: totpCode(secret, clock),
    });
    expect(refused(await post(factors, totp))).toEqual([400, 'E0000001', 'Factor already exists.']);
  });
});

describe('a factor by message', () => {
  test('SMS is enrolled, activated and verified by the codes that the phone got', async () => {
    const number = '+1 (555) 415-1337';
    const { body } = await post(factors, { ...sms, profile: { phoneNumber: number } });
    expect(body).toMatchObject({
      id: expect.stringMatching(/^sms\w{17}$/),
      status: 'PENDING_ACTIVATION',
      profile: { phoneNumber },
    });
    expect(org.outbox.to(phoneNumber)).toMatchObject([{ kind: 'SMS_CODE', token: null }]);
    const path = `${factors}/${body.id}`;
    const active = await post(`${path}/lifecycle/activate`, { passCode: lastCode(phoneNumber) });
    expect(active.body.status).toBe('ACTIVE');

    clock += 30 * second;
    expect((await post(`${path}/verify`)).body).toMatchObject({ factorResult: 'CHALLENGE' });
    const passCode = lastCode(phoneNumber);
    expect((await post(`${path}/verify`, { passCode })).body).toEqual({ factorResult: 'SUCCESS' });
    expect((await post(`${path}/verify`, { passCode })).status).toBe(403);
  });

  test('e-mail goes to the primary address alone, and its code lives five minutes', async () => {
    const other = { ...mailFactor, profile: { email: 'eve@example.com' } };
    expect(refused(await post(factors, other)).slice(0, 2)).toEqual([400, 'E0000001']);
    const { body } = await post(factors, mailFactor);
    expect(body.id).toMatch(/^emf/);
    expect(org.outbox.to(email)).toMatchObject([{ kind: 'EMAIL_CODE', link: null }]);
    clock += 5 * minute;
    const activate = `${factors}/${body.id}/lifecycle/activate`;
    expect(refused(await post(activate, { passCode: lastCode(email) }))).toEqual([403, 'E0000083']);
    await post(`${factors}/${body.id}/resend`, mailFactor);
    expect((await post(activate, { passCode: lastCode(email) })).body.status).toBe('ACTIVE');
  });

  test('the next SMS waits 30 seconds, the next mail five', async () => {
    const smsPath = `${factors}/${await activeSms()}/verify`;
    const mail = await post(`${factors}?activate=true`, mailFactor);
    const mailPath = `${factors}/${mail.body.id}/verify`;
    expect(org.outbox.all()).toEqual([]);
    await post(smsPath);
    await post(mailPath);
    clock += 4 * second;
    expect(refused(await post(mailPath))).toEqual([429, 'E0000118']);
    clock += second;
    expect((await post(mailPath)).status).toBe(200);
    clock += 24 * second;
    expect(refused(await post(smsPath))).toEqual([429, 'E0000109']);
    clock += second;
    expect((await post(smsPath)).status).toBe(200);
  });

  test('enrolling anew does not get around the wait, nor a second phone beside the first', async () => {
    expect((await post(factors, sms)).status).toBe(200);
    expect(refused(await post(factors, sms))).toEqual([429, 'E0000109']);
    clock += 30 * second;
    await activeSms();
    const other = { ...sms, profile: { phoneNumber: '+4915112345678' } };
    expect(refused(await post(factors, other))).toEqual([
      400,
      'E0000001',
      'There is an existing verified phone number.',
    ]);
  });
});

describe('a phone number', () => {
  test.each([
    ['+44 (0)20 7946 0958', '+442079460958'],
    ['+44(0) 20-7946-0958', '+442079460958'],
    ['+49 (0) 30 / 123456', '+4930123456'],
    ['+41 (0)44 668 18 00', '+41446681800'],
    ['+31 (0)20 794 0000', '+31207940000'],
    ['+43 (0)1 58858', '+43158858'],
    ['+353 (0)1 679 1234', '+35316791234'],
    ['+39 (0)6 1234 5678', '+390612345678'],
    ['+39 06 1234 5678', '+390612345678'],
    ['+1.555.415.1337', '+15554151337'],
    ['+1\u00a0555\u2011415\u20111337', '+15554151337'],
  ])('%s is kept as %s', async (given, kept) => {
    const { body } = await post(factors, { ...sms, profile: { phoneNumber: given } });
    expect(body.profile).toEqual({ phoneNumber: kept });
  });

  test.each([
    '+44 020 7946 0958',
    '+49 030 123456',
    '0044 20 7946 0958',
    '+44 20 7946 0958 x12',
    '+44',
  ])('%s is invalid', async (given) => {
    const answer = await post(factors, { ...sms, profile: { phoneNumber: given } });
    expect(refused(answer)).toEqual([400, 'E0000098']);
  });
});

test('what is not on offer, bad numbers and unknown factors are refused', async () => {
  const bad = { ...sms, profile: { phoneNumber: '0555' } };
  expect(refused(await post(factors, bad))).toEqual([400, 'E0000098']);
  const question = { factorType: 'question', provider: 'OKTA' };
  expect(refused(await post(factors, question)).slice(0, 2)).toEqual([400, 'E0000001']);
  expect(refused(await get(`${factors}/ostnobody`))).toEqual([404, 'E0000007']);
  const foreign = `/api/v1/users/${pushUser}/factors/${await activeSms()}`;
  expect(refused(await get(foreign))).toEqual([404, 'E0000007']);
  const anonymous = { headers: { authorization: '' } };
  expect((await call(org, ['GET', factors], anonymous)).status).toBe(401);
});

describe('a push', () => {
  const pushFactors = `/api/v1/users/${pushUser}/factors`;

  async function verify(body?: unknown) {
    const { body: list } = await get(pushFactors);
    const [factor] = list as unknown as { id: string }[];
    return post(`${pushFactors}/${factor?.id}/verify`, body);
  }

  const poll = (challenge: Awaited<ReturnType<typeof verify>>) =>
    get(new URL(challenge.body._links['poll']?.href ?? '').pathname);

  test('waits to be approved, denied or too late', async () => {
    const approved = await verify();
    expect(approved.status).toBe(201);
    expect(approved.body).toMatchObject({ factorResult: 'WAITING' });
    expect((await poll(approved)).body).toMatchObject({ factorResult: 'WAITING' });
    org.push.approve(pushUser);
    expect((await poll(approved)).body).toEqual({ factorResult: 'SUCCESS' });

    const denied = await verify();
    org.push.deny(pushUser);
    expect((await poll(denied)).body).toMatchObject({ factorResult: 'REJECTED' });

    const late = await verify();
    clock += 5 * minute;
    expect((await poll(late)).body).toMatchObject({ factorResult: 'TIMEOUT' });
    expect(org.push.pending(pushUser)).toEqual([]);
    expect(() => org.push.approve(pushUser)).toThrow('No push');
  });

  test('with number matching wants the number that the sign-in shows', async () => {
    const right = await verify({ useNumberMatchingChallenge: true });
    const { correctAnswer } = right.body._embedded.challenge;
    const [pending] = org.push.pending(pushUser);
    expect(pending?.choices).toHaveLength(3);
    expect(pending?.choices).toContain(correctAnswer);
    org.push.approve(pushUser, correctAnswer);
    expect((await poll(right)).body).toMatchObject({ factorResult: 'SUCCESS' });

    const wrong = await verify({ useNumberMatchingChallenge: true });
    const other = org.push
      .pending(pushUser)[0]
      ?.choices?.find((choice) => choice !== wrong.body._embedded.challenge.correctAnswer);
    org.push.approve(pushUser, other);
    expect((await poll(wrong)).body).toMatchObject({ factorResult: 'REJECTED' });
  });

  test('is answered by a person on a page, and by no other site', async () => {
    const answer = async (choice: string, origin = org.url) => {
      const { action } = /action="(?<action>[^"]+)"/.exec(await page())?.groups ?? {};
      return fetch(new URL(action ?? '/push/none', org.url), {
        method: 'POST',
        redirect: 'manual',
        headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ answer: choice }).toString(),
      });
    };
    const page = async () => (await fetch(`${org.url}/push`)).text();
    expect(await page()).toContain('No push is waiting');
    const numbers = await verify({ useNumberMatchingChallenge: true });
    const { correctAnswer } = numbers.body._embedded.challenge;
    expect((await answer(String(correctAnswer), 'http://evil.example')).status).toBe(403);
    expect((await answer(String(correctAnswer))).status).toBe(303);
    expect((await poll(numbers)).body).toMatchObject({ factorResult: 'SUCCESS' });
    expect((await answer('approve')).status).toBe(404);

    const plain = await verify();
    await answer('deny');
    expect((await poll(plain)).body).toMatchObject({ factorResult: 'REJECTED' });
  });
});

test('reset_factors takes every factor away', async () => {
  await activeSms();
  await post(`/api/v1/users/${email}/lifecycle/reset_factors`);
  expect((await get(factors)).body).toEqual([]);
});
