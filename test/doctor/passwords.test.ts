import { beforeAll, expect, test } from 'vitest';
import { passwordChecks } from '../../src/doctor/checks/passwords.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { startOkta } from '../embedded/start.ts';
import { breakOrg, sendTo } from './break-org.ts';
import { examineOn, expectOnly, type Settings } from './examine.ts';

type Json = Readonly<Record<string, unknown>>;

let org: EmbeddedOkta;
beforeAll(async () => {
  org = await startOkta();
});

async function policy(): Promise<{ readonly path: string; readonly json: Json }> {
  const all = await sendTo(org, 'GET', '/api/v1/policies?type=PASSWORD');
  const [json = {}] = all as unknown as Json[];
  return { path: `/api/v1/policies/${json['id']}`, json };
}

async function rule(): Promise<{ readonly path: string; readonly json: Json }> {
  const rules = `${(await policy()).path}/rules`;
  const [json = {}] = (await sendTo(org, 'GET', rules)) as unknown as Json[];
  return { path: `${rules}/${json['id']}`, json };
}

/** What is found with one setting changed. */
async function changed(
  { path, json }: { readonly path: string; readonly json: Json },
  where: readonly string[],
  value: unknown,
  settings?: Settings,
) {
  const copy = structuredClone(json) as Record<string, unknown>;
  const last = where.at(-1) ?? '';
  const parent = where.slice(0, -1).reduce((at, name) => at[name] as typeof at, copy);
  parent[last] = value;
  return breakOrg(
    org,
    () => sendTo(org, 'PUT', path, copy),
    () => sendTo(org, 'PUT', path, json),
    settings,
  );
}

const accountDefaults = {
  signUp: 'ACTIVE',
  answerFloorMs: 0,
  optionalFields: [],
} as const;
const reset = ['actions', 'selfServicePasswordReset'];
const lockout = ['settings', 'password', 'lockout'];

test('nothing is wrong with the passwords of a right org', async () => {
  const examined = await examineOn(org, {}, passwordChecks);
  expect(examined.map(({ notLooked, findings }) => [notLooked, findings])).toEqual(
    passwordChecks.map(() => [null, []]),
  );
});

test('D34: no rule allows a reset, or the change that it needs', async () => {
  const denied = await changed(await rule(), [...reset, 'access'], 'DENY');
  expect(expectOnly(denied, 'D34').message).toContain('not allow selfServicePasswordReset');
  const change = await changed(await rule(), ['actions', 'passwordChange', 'access'], 'DENY');
  expect(expectOnly(change, 'D34').message).toContain('not allow passwordChange');
});

test.each([
  ['accessControl', 'AUTH_POLICY', 'account management policy'],
  ['primary', { methods: ['otp'] }, 'e-mail'],
  ['stepUp', { required: true }, 'second authenticator'],
])('D35: a reset asks for more than an e-mail, by %s', async (name, value, word) => {
  const findings = await changed(await rule(), [...reset, 'requirement', name], value);
  expect(expectOnly(findings, 'D35', 'warning').message).toContain(word);
});

test('D36: a new password has a minimum age', async () => {
  const where = ['settings', 'password', 'age', 'minAgeMinutes'];
  const findings = await changed(await policy(), where, 60);
  expect(expectOnly(findings, 'D36', 'warning').message).toContain('60 minutes');
});

test('D37: nothing unlocks an account, neither time nor the customer', async () => {
  const where = ['actions', 'selfServiceUnlock', 'access'];
  expectOnly(await changed(await rule(), where, 'DENY'), 'D37', 'warning');
});

test('D38: a lockout shows that an account exists, unless ENUMERATION is open', async () => {
  const where = [...lockout, 'showLockoutFailures'];
  expectOnly(await changed(await policy(), where, true), 'D38', 'warning');
  const accounts = { ...accountDefaults, enumeration: 'open' } as const;
  expect(await changed(await policy(), where, true, { config: { accounts } })).toEqual([]);
});
