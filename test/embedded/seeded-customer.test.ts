import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { names } from '../support/accounts.ts';
import { call, publicCall } from './call.ts';
import { refresh, signIn } from './oauth-calls.ts';
import { startOkta } from './start.ts';

const nextPassword = 'Plough-Sky-42';

let folder: string;
let snapshotFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-okta-'));
  snapshotFile = join(folder, 'org.json');
});

afterEach(() => rm(folder, { recursive: true }));

const customer = (org: EmbeddedOkta) => `/api/v1/users/${org.seeded.customer.email}`;

async function resetByMail(org: EmbeddedOkta): Promise<void> {
  const { email } = org.seeded.customer;
  await publicCall(org, '/api/v1/authn/recovery/password', {
    username: email,
    factorType: 'EMAIL',
  });
  const recoveryToken = org.outbox.to(email)[0]?.token;
  const { body } = await publicCall(org, '/api/v1/authn/recovery/token', { recoveryToken });
  const reset = { stateToken: body.stateToken, newPassword: nextPassword };
  await publicCall(org, '/api/v1/authn/credentials/reset_password', reset);
}

async function lockOut(org: EmbeddedOkta): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt += 1) await signIn(org, { password: 'wrong' });
}

async function remove(org: EmbeddedOkta): Promise<void> {
  await call(org, ['DELETE', customer(org)]);
  await call(org, ['DELETE', customer(org)]);
}

describe('the customer that the handle names can log in after a restart, though an earlier run', () => {
  test.each<readonly [string, (org: EmbeddedOkta) => Promise<unknown>]>([
    ['reset the password', resetByMail],
    ['locked the account', lockOut],
    [
      'expired the password',
      (org) => call(org, ['POST', `${customer(org)}/lifecycle/expire_password`]),
    ],
    ['suspended the account', (org) => call(org, ['POST', `${customer(org)}/lifecycle/suspend`])],
    ['deactivated the account', (org) => call(org, ['DELETE', customer(org)])],
    ['deleted the account', remove],
    [
      'renamed the account',
      (org) => {
        const profile = { login: 'other@example.com', email: 'other@example.com', ...names };
        return call(org, ['POST', customer(org)], { body: { profile } });
      },
    ],
  ])('%s', async (_name, spoil) => {
    const first = await startOkta({ snapshotFile, perUsernamePerSecond: 1000 });
    await spoil(first);
    expect((await signIn(first)).status).toBe(400);
    await first.close();

    const second = await startOkta({ snapshotFile });
    expect((await signIn(second)).status).toBe(200);
    expect((await call(second, ['GET', customer(second)])).body.status).toBe('ACTIVE');
    await second.close();
  });
});

test('what else the customer has stays as it was: id, profile, tokens', async () => {
  const first = await startOkta({ snapshotFile });
  const before = await call(first, ['POST', customer(first)], {
    body: { profile: { city: 'Bern' } },
  });
  const tokens = await signIn(first);
  await resetByMail(first);
  await first.close();

  const second = await startOkta({ snapshotFile });
  const { body } = await call(second, ['GET', customer(second)]);
  expect(body).toMatchObject({ id: before.body.id, profile: { city: 'Bern' } });
  expect((await refresh(second, tokens.refresh)).status).toBe(200);
  await second.close();
});

test('a password that is too old by the policy is young again', async () => {
  const seed = { passwordPolicy: { maxAgeDays: 30 } };
  let clock = Date.now();
  const now = () => clock;
  await (await startOkta({ snapshotFile, seed, now })).close();
  clock += 31 * 24 * 60 * 60_000;
  const second = await startOkta({ snapshotFile, seed, now });
  expect((await signIn(second)).status).toBe(200);
  await second.close();
});

test('other accounts keep their passwords', async () => {
  const seed = { users: [{ email: 'ada@example.com', password: 'Tr0ub4dor&3' }] };
  const first = await startOkta({ snapshotFile, seed });
  const credentials = { password: { value: nextPassword } };
  await call(first, ['POST', '/api/v1/users/ada@example.com'], { body: { credentials } });
  await first.close();
  const second = await startOkta({ snapshotFile, seed });
  const ada = { username: 'ada@example.com', password: nextPassword };
  expect((await signIn(second, ada)).status).toBe(200);
  await second.close();
});
