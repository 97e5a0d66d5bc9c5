import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  AccountConfigDocument,
  RequestPasswordResetDocument,
  RequestUnlockDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { type Stack, startStack } from '../support/start.ts';

const password = 'Correct-Horse-7';
const people = Array.from({ length: 6 }, (_, index) => `customer-${index}@example.com`);
const disabled = 'disabled@example.com';
const users = [
  ...people.map((email) => ({ email, password })),
  { email: disabled, password, status: 'SUSPENDED' as const },
];

let closed: Stack;
let open: Stack;
beforeAll(async () => {
  const passwordPolicy = { recoveryByMail: false };
  closed = await startStack({ seed: { users, passwordPolicy }, metrics: true, flow: 'authn' });
  open = await startStack({ seed: { users }, metrics: true });
});
afterAll(async () => {
  await closed.close();
  await open.close();
});

const lines = ({ logs }: Stack, text: string) =>
  logs.filter((line) => line.includes(text)).map((line) => JSON.parse(line));
const ask = (stack: Stack, email: string) =>
  stack.gql(RequestPasswordResetDocument, { input: { email } });
const warning = 'mails_refused';

test('mails that Okta refuses one after the other are one warning, and no other answer', async () => {
  const accepted = await ask(open, people[0] ?? '');
  for (const email of [...people, 'nobody@example.com', ...people]) {
    expect((await ask(closed, email)).data).toEqual(accepted.data);
  }
  expect(closed.okta.outbox.all()).toEqual([]);
  expect(lines(closed, warning)).toMatchObject([
    { level: 'warn', mail: 'PASSWORD_RESET', refusal: 'E0000034', refusals: 3 },
  ]);
  expect(await closed.scrape()).toMatch(
    /okta_mails_total\{mail="PASSWORD_RESET",result="E0000034"\} 12/,
  );
  expect(closed.logs.join('\n')).not.toContain('customer-');
});

test('refused mails to unlock are a warning of their own', async () => {
  for (const email of people.slice(0, 4)) {
    closed.okta.setStatus(email, 'LOCKED_OUT');
    await closed.gql(RequestUnlockDocument, { input: { email } });
  }
  expect(lines(closed, warning).filter(({ mail }) => mail === 'UNLOCK')).toHaveLength(1);
});

test('a password policy without recovery by mail is logged when it is read', async () => {
  await closed.gql(AccountConfigDocument, {});
  await closed.gql(AccountConfigDocument, {});
  expect(lines(closed, 'has recovery by e-mail turned off')).toMatchObject([
    { level: 'warn', setting: 'settings.recovery.factors.okta_email' },
  ]);
  await open.gql(AccountConfigDocument, {});
  expect(open.logs.join('\n')).not.toContain('turned off');
});

test('refusals between accepted mails, and ordinary ones, do not warn', async () => {
  const refuse = (errorCode: string, ...causes: string[]) =>
    open.okta.fail({
      path: '/api/v1/authn/recovery',
      times: 1,
      fault: {
        kind: 'answer',
        status: 403,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          errorCode,
          errorCauses: causes.map((errorSummary) => ({ errorSummary })),
        }),
      },
    });
  for (let round = 0; round < 3; round += 1) {
    for (const email of people.slice(0, 2)) {
      refuse('E0000034');
      await ask(open, email);
    }
    await ask(open, people[2] ?? '');
  }
  for (const email of people) {
    refuse('E0000032', 'The user is not locked out.');
    await open.gql(RequestUnlockDocument, { input: { email } });
  }
  for (let round = 0; round < 4; round += 1) {
    refuse('E0000034');
    await ask(open, disabled);
  }
  expect(lines(open, warning)).toEqual([]);
  expect(await open.scrape()).toMatch(/okta_mails_total\{mail="UNLOCK",result="E0000032"\} 6/);
});

test('mails that are accepted again after the warning are logged once', async () => {
  const fault = {
    kind: 'answer',
    status: 403,
    body: JSON.stringify({ errorCode: 'E0000034' }),
  } as const;
  const undo = open.okta.fail({ path: '/api/v1/authn/recovery/password', fault });
  for (const email of people) await ask(open, email);
  undo();
  for (const email of people) await ask(open, email);
  expect(lines(open, warning)).toHaveLength(1);
  expect(lines(open, 'mails_accepted')).toHaveLength(1);
});
