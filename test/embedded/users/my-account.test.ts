import { OktaAuth } from '@okta/okta-auth-js';
import { addEmail, getEmails } from '@okta/okta-auth-js/myaccount';
import { beforeEach, expect, test } from 'vitest';
import { type Answer, call, refused } from '../call.ts';
import { signIn } from '../oauth-calls.ts';
import { startOkta } from '../start.ts';

const minute = 60_000;
const email = 'new@example.com';
const scope = 'openid okta.myAccount.email.read okta.myAccount.email.manage';
const payload = { profile: { email }, sendEmail: false, role: 'PRIMARY' };

const clock = { now: Date.now() };
const okta = await startOkta({ now: () => clock.now, perUsernamePerSecond: 1000 });
let token: string;

beforeEach(async () => {
  await okta.reset();
  token = (await signIn(okta, { scope })).access;
});

const post = (path: string, body: unknown, bearer = token): Promise<Answer> =>
  call(okta, ['POST', `/idp/myaccount/emails${path}`], {
    body,
    headers: { authorization: `Bearer ${bearer}` },
  });
async function challenged(): Promise<{ readonly path: string; readonly code: string }> {
  const added = await post('', payload);
  const path = `/${added.body.id}/challenge`;
  const { body } = await post(path, { state: 'x' });
  return { path: `${path}/${body.id}/verify`, code: okta.outbox.to(email).at(-1)?.code ?? '' };
}
const addressOfDemo = async () => {
  const { body } = await call(okta, ['GET', '/api/v1/users/demo@example.com']);
  return body.profile as unknown;
};

test('okta-auth-js adds an address, sends the code and proves it', async () => {
  const auth = new OktaAuth({ issuer: okta.issuer, clientId: okta.seeded.apiClient.clientId });
  const added = await addEmail(auth, {
    accessToken: token,
    payload: { ...payload, role: 'PRIMARY' as never },
  });
  const challenge = await added.challenge();
  await expect(challenge.verify({ verificationCode: 'wrong' })).rejects.toMatchObject({
    xhr: { status: 401 },
  });
  expect(await addressOfDemo()).toMatchObject({ email: 'demo@example.com' });
  const verificationCode = okta.outbox.to(email).at(-1)?.code ?? '';
  await challenge.verify({ verificationCode });
  expect(await addressOfDemo()).toMatchObject({ email, login: 'demo@example.com' });
  const emails = await getEmails(auth, { accessToken: token });
  expect(emails.map(({ profile, status }) => [profile.email, status])).toEqual([
    [email, 'VERIFIED'],
  ]);
});

test('an address that the user has, proven or not, is not added again', async () => {
  await post('', payload);
  for (const again of ['NEW@example.com', 'demo@example.com']) {
    const answer = await post('', { ...payload, profile: { email: again } });
    expect(refused(answer)).toEqual([
      409,
      'E0000157',
      'The email is already registered to the current user profile.',
    ]);
  }
});

test('what is no address is refused', async () => {
  const answer = await post('', { ...payload, profile: { email: 'nowhere' } });
  expect(refused(answer)).toEqual([400, 'E0000001', 'Invalid email address.']);
});

test('a code works once, for five minutes, and the newest alone', async () => {
  const old = await challenged();
  clock.now += 5 * minute;
  expect((await post(old.path, { verificationCode: old.code })).status).toBe(404);
  const id = old.path.split('/')[1] ?? '';
  const { body } = await post(`/${id}/challenge`, { state: 'x' });
  const code = okta.outbox.to(email).at(-1)?.code ?? '';
  const path = `/${id}/challenge/${body.id}/verify`;
  expect((await post(path, { verificationCode: code })).status).toBe(200);
  expect((await post(path, { verificationCode: code })).status).toBe(404);
});

test('no more than five guesses are possible', async () => {
  const { path } = await challenged();
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 6; attempt += 1) {
    statuses.push((await post(path, { verificationCode: 'wrong' })).status);
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
});

test('it is for the user alone, with a token that allows it', async () => {
  const { path, code } = await challenged();
  expect(refused(await post(path, { verificationCode: code }, 'nonsense'))).toEqual([
    401,
    'E0000011',
  ]);
  const { access } = await signIn(okta);
  const refusal = await post(path, { verificationCode: code }, access);
  expect([refusal.status, refusal.body]).toEqual([403, '']);
  expect(refusal.headers.get('www-authenticate')).toMatch(
    /^Bearer scope="okta\.myAccount\.email\.manage", error="insufficient_scope"/,
  );
});
