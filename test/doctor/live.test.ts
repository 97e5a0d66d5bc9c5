import { beforeAll, expect, test } from 'vitest';
import { liveCheck } from '../../src/doctor/live.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { startOkta } from '../embedded/start.ts';
import { sendTo } from './break-org.ts';
import { examineOn, patientOn, type Settings } from './examine.ts';

let org: EmbeddedOkta;
beforeAll(async () => {
  org = await startOkta();
});

const live = async (settings?: Settings) => {
  const examined = await examineOn(org, settings, [liveCheck]);
  expect(examined.map(({ notLooked }) => notLooked)).toEqual([null]);
  return examined.flatMap(({ findings }) => findings);
};
const left = async () => {
  const users = (await sendTo(org, 'GET', '/api/v1/users?limit=200')) as unknown as {
    readonly profile: { readonly email: string };
  }[];
  return users.filter(({ profile }) => profile.email.endsWith('@example.invalid'));
};

test.each(['password', 'authn'] as const)(
  'D49: nothing is wrong with a new customer, who is gone afterwards, by the flow %s',
  async (logInFlow) => {
    expect(await live({ okta: { logInFlow } })).toEqual([]);
    expect(await left()).toEqual([]);
    expect(org.outbox.all().at(-1)?.token).toEqual(expect.any(String));
  },
);

test('D49: a log-in that fails names the check that finds the cause, and leaves no customer', async () => {
  const groups = `/api/v1/apps/${org.seeded.apiClient.clientId}/groups`;
  const [group] = (await sendTo(org, 'GET', groups)) as unknown as { readonly id: string }[];
  await sendTo(org, 'DELETE', `${groups}/${group?.id}`);
  const [finding, ...others] = await live();
  await sendTo(org, 'PUT', `${groups}/${group?.id}`, {});
  expect(finding).toMatchObject({ code: 'D49', seen: 'logIn answers LogInDenied.' });
  expect(finding?.fix).toContain('D16');
  expect(others).toEqual([]);
  expect(await left()).toEqual([]);
});

test('D49: a customer that Okta does not delete is named, with the call that deletes it', async () => {
  const undo = org.fail({
    method: 'DELETE',
    path: /^\/api\/v1\/users\/[^/]+$/,
    fault: {
      kind: 'answer',
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: '{"errorCode":"E0000006","errorSummary":"You do not have permission","errorCauses":[]}',
    },
  });
  const [finding, ...others] = await live();
  undo();
  const [customer] = (await left()) as unknown as readonly { readonly id: string }[];
  expect(finding).toMatchObject({
    severity: 'error',
    message: `The customer ${customer?.id} that the doctor made may be left in the org.`,
    oktaSays: expect.stringContaining('E0000006'),
    call: `DELETE /api/v1/users/${customer?.id}`,
  });
  expect(others).toEqual([]);
  for (let times = 0; times < 2; times += 1) {
    await sendTo(org, 'DELETE', `/api/v1/users/${customer?.id}`);
  }
  expect(await left()).toEqual([]);
});

test('D49: an interruption in the middle leaves no customer', async () => {
  const patient = patientOn(org);
  const controller = new AbortController();
  const looking = liveCheck.look({ ...patient, interrupted: controller.signal });
  while ((await left()).length === 0) await new Promise(setImmediate);
  controller.abort(new Error('It was interrupted.'));
  expect((await looking).map(({ message }) => message)).toEqual([
    expect.stringMatching(/ of a new customer fails\.$/),
  ]);
  expect(await left()).toEqual([]);
  await patient.probes.close();
});

test('D49: a sign-up whose answer is lost leaves no customer', async () => {
  const patient = patientOn(org);
  const controller = new AbortController();
  const looking = liveCheck.look({ ...patient, interrupted: controller.signal });
  // The org has read the request by then, or has not: both have to end well.
  await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort(new Error('It was interrupted.'));
  expect((await looking).map(({ seen }) => seen)).toHaveLength(1);
  expect(await left()).toEqual([]);
  await patient.probes.close();
});
