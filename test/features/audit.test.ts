import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { send } from '../server/tiny.ts';
import { names } from '../support/accounts.ts';
import { type Stack, startStack } from '../support/start.ts';
import { bearer } from './flows.ts';
import { codeFor } from './mfa.ts';

const password = 'Correct-Horse-7';
const newPassword = 'Better-Battery-9';
const users = {
  demo: 'demo@example.com',
  sms: 'sms@example.com',
  expired: 'expired@example.com',
  locked: 'locked@example.com',
  unverified: 'unverified@example.com',
};
const seed = {
  users: [
    { email: users.sms, password, factors: [{ type: 'sms', phoneNumber: '+15554151337' }] },
    { email: users.expired, password, status: 'PASSWORD_EXPIRED' },
    { email: users.locked, password, status: 'LOCKED_OUT' },
    { email: users.unverified, password: null, status: 'PROVISIONED' },
  ],
} as const;

type Line = Readonly<Record<string, unknown>>;
type Data = Readonly<Record<string, never>>;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ flow: 'authn', seed, metrics: true });
});
afterAll(() => stack.close());

const auditLines = (): Line[] =>
  stack.logs.map((line) => JSON.parse(line) as Line).filter(({ event }) => event === 'audit');

/** What was sent and what came back, in which nothing may be that is in the log. */
const secrets = new Set<string>();
const secretNames = /token|password|code|transaction|email|login|secret|phone/i;
const noteSecrets = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    if (typeof part === 'string' && part.length > 3 && secretNames.test(name)) secrets.add(part);
    noteSecrets(part);
  }
};

/** One mutation by its document; the last line of the audit log has to say what its answer says. */
async function call(
  name: string,
  input: Record<string, unknown>,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly data: Data; readonly line: Line }> {
  const file = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const document = new URL(`../../schema/operations/${file}.graphql`, import.meta.url);
  const before = auditLines().length;
  const answer = await send(stack.url, {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: readFileSync(document, 'utf8'), variables: { input } }),
  });
  await stack.settled();
  noteSecrets(input);
  noteSecrets(answer.json.data);
  const lines = auditLines().slice(before);
  const data = answer.json.data?.[name] as Data | undefined;
  const outcome = data?.['__typename'] ?? answer.json.errors?.[0]?.extensions['code'];
  expect(lines).toMatchObject([{ action: name, outcome, clientIp: '127.0.0.1' }]);
  return { data: data ?? {}, line: lines[0] ?? {} };
}

const tokenFor = (email: string) => stack.okta.outbox.to(email).at(-1)?.token ?? '';
const sessionOf = async (email: string) => {
  const { data, line } = await call('logIn', { email, password });
  const tokens = data['tokens'] as unknown as Record<string, string>;
  return { ...tokens, headers: bearer(tokens['accessToken'] ?? ''), line };
};

async function enterAndLeave(): Promise<void> {
  await call('signUp', { email: 'ada@example.com', password, ...names });
  const session = await sessionOf('ada@example.com');
  const { refreshToken } = session as unknown as { refreshToken: string };
  await call('refreshToken', { refreshToken });
  await call('updateProfile', { firstName: 'Ada' }, session.headers);
  await call('logOut', { refreshToken });
}

async function proveByMail(): Promise<void> {
  await call('requestPasswordReset', { email: 'ada@example.com' });
  await call('resetPassword', { resetToken: tokenFor('ada@example.com'), newPassword });
  await call('requestUnlock', { email: users.locked });
  await call('unlockAccount', { token: tokenFor(users.locked) });
  await call('resendVerificationEmail', { email: users.unverified });
  await call('verifyEmail', { token: tokenFor(users.unverified), password });
}

async function takeSteps(): Promise<void> {
  const mfa = await call('logIn', { email: users.sms, password });
  const { transaction, factors } = mfa.data as unknown as {
    transaction: string;
    factors: { id: string }[];
  };
  const factorId = factors[0]?.id ?? '';
  const sent = await call('sendMfaChallenge', { transaction, factorId });
  const next = sent.data['transaction'] ?? transaction;
  await call('verifyMfa', { transaction: next, factorId, code: codeFor(stack, '+15554151337') });
  const expired = await call('logIn', { email: users.expired, password });
  await call('changeExpiredPassword', {
    transaction: expired.data['transaction'],
    currentPassword: password,
    newPassword,
  });
}

async function changeAccount(): Promise<void> {
  const { headers } = await sessionOf(users.demo);
  const phone = '+15554151338';
  const enrolled = await call(
    'enrollFactor',
    { type: 'SMS', phoneNumber: phone, password },
    headers,
  );
  const { id: factorId } = enrolled.data['factor'] as unknown as { id: string };
  await call('activateFactor', { factorId, code: codeFor(stack, phone) }, headers);
  await call('removeFactor', { factorId, password }, headers);
  const to = 'new@example.com';
  const change = await call('requestEmailChange', { newEmail: to, password }, headers);
  const { transaction } = change.data;
  await call('confirmEmailChange', { transaction, code: codeFor(stack, to) }, headers);
  const other = await sessionOf(to);
  await call('revokeSession', { sessionId: other.line['sessionId'] }, headers);
  await call(
    'changePassword',
    { currentPassword: password, newPassword, endOtherSessions: false },
    headers,
  );
  await call('deleteAccount', { password: newPassword }, headers);
}

/** What no field takes but a password. */
const junk = (type: string) => (type.startsWith('Boolean') ? true : `junk-\0${'x'.repeat(12)}`);

test('every mutation leaves one line that says how it ended, and no secret', async () => {
  await enterAndLeave();
  await proveByMail();
  await takeSteps();
  await changeAccount();
  const good = new Set(
    auditLines()
      .filter(({ outcome }) => /Success$|Required$|Sent$/.test(String(outcome)))
      .map(({ action }) => action),
  );
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  expect([...good].sort()).toEqual(mutations.map(({ name }) => name).sort());

  for (const { name, args } of mutations) {
    const [input] = args;
    const type =
      input === undefined ? undefined : schema.getType(String(input.type).replace('!', ''));
    const fields = type !== undefined && 'getFields' in type ? Object.values(type.getFields()) : [];
    const required = fields.filter((field) =>
      String('type' in field ? field.type : '').endsWith('!'),
    );
    const sent = required.map((field) => [
      field.name,
      field.name === 'type'
        ? 'SMS'
        : field.name === 'scope'
          ? 'EVERYWHERE'
          : junk(String(field.type)),
    ]);
    const { line } = await call(name, Object.fromEntries(sent));
    expect(String(line['outcome'])).not.toMatch(/Success$|INTERNAL|OK/);
  }

  const text = auditLines()
    .map((line) => JSON.stringify(line))
    .join('\n');
  expect(secrets.size).toBeGreaterThan(40);
  for (const secret of secrets) expect(text).not.toContain(secret);
  const scraped = await stack.scrape();
  for (const secret of secrets) expect(scraped).not.toContain(secret);
});

test('one address has one hash however it is spelt, and the hash does not reveal it', async () => {
  const { line } = await call('logIn', { email: users.locked, password: 'wrong' });
  const spelt = await call('logIn', {
    email: ` ${users.locked.toUpperCase()} `,
    password: 'wrong',
  });
  const other = await call('logIn', { email: users.unverified, password: 'wrong' });
  expect(line['emailHash']).toMatch(/^[\w-]{22}$/);
  expect(spelt.line['emailHash']).toBe(line['emailHash']);
  expect(other.line['emailHash']).not.toBe(line['emailHash']);
  for (const algorithm of ['sha256', 'sha1', 'md5']) {
    const plain = createHash(algorithm).update(users.locked).digest('base64url');
    expect(plain).not.toContain(line['emailHash']);
  }
});

test('the line names the service that called, its customer, and what Okta calls the request', async () => {
  const headers = { authorization: stack.basic, 'x-request-id': 'request-4711' };
  const answer = await send(stack.url, {
    headers: { 'content-type': 'application/json', 'x-client-ip': '203.0.113.7', ...headers },
    body: JSON.stringify({
      query: `mutation { logIn(input: { email: "${users.expired}", password: "${newPassword}" }) { __typename } }`,
    }),
  });
  expect(answer.json.data).toEqual({ logIn: { __typename: 'LogInSuccess' } });
  expect(auditLines().at(-1)).toMatchObject({
    ...{ action: 'logIn', outcome: 'LogInSuccess', caller: 'service', clientIp: '203.0.113.7' },
    service: stack.okta.seeded.serviceClient.clientId,
    requestId: 'request-4711',
    userId: expect.stringMatching(/^00u/),
    sessionId: expect.stringMatching(/^oar/),
    oktaRequestIds: [expect.any(String), expect.any(String), expect.any(String)],
  });
});

test('a service that fails to authenticate leaves a line, a customer whose token is bad does not', async () => {
  const authorization = `Basic ${Buffer.from('backend:wrong').toString('base64')}`;
  const ask = (path: string, headers: Record<string, string>, body: string) =>
    send(stack.url, { path, headers, body });
  const json = { 'content-type': 'application/json' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const linesAfter = async (asked: Promise<unknown>) => {
    const before = auditLines().length;
    await asked;
    return auditLines()
      .slice(before)
      .map(({ action, outcome }) => `${action} ${outcome}`);
  };
  const users = '{"query":"{ users(ids: [\\"1\\"]) { id } }"}';
  expect(await linesAfter(ask('/graphql', { ...json, authorization }, users))).toEqual([
    'authenticate CALLER_UNAUTHENTICATED',
  ]);
  expect(await linesAfter(ask('/introspect', { ...form, authorization }, 'token=x'))).toEqual([
    'authenticate invalid_client',
  ]);
  const bearerOfNothing = { ...json, authorization: 'Bearer x' };
  expect(await linesAfter(ask('/graphql', bearerOfNothing, '{"query":"{ me { id } }"}'))).toEqual(
    [],
  );
});
