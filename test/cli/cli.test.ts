import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { names } from '../support/accounts.ts';
import { build } from '../support/built.ts';
import { spawnApi } from '../support/program.ts';

const logIn = `mutation ($input: LogInInput!) { logIn(input: $input) { __typename } }`;
const requestReset = `mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { __typename } }`;
const signUp = `mutation ($input: SignUpInput!) { signUp(input: $input) { __typename } }`;

const running: ChildProcess[] = [];

beforeAll(build, 60_000);

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** `npm start` in an empty folder, with nothing in the environment but what is given. */
function start(env: Record<string, string>, folder = mkdtempSync(join(tmpdir(), 'account-api-'))) {
  const api = spawnApi({ env, cwd: folder });
  running.push(api.child);
  return { folder, ...api };
}

async function ask(url: string, query: string, input: Record<string, string>): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  return ((await response.json()) as { data?: unknown }).data;
}

const anyPorts = { PORT: '0', EMBEDDED_OKTA_PORT: '0' };

describe('npm start with no Okta settings', () => {
  const account = { email: 'kept@example.com', password: 'Correct-Horse-7' };
  const signedUp = { signUp: { __typename: 'SignUpSuccess' } };
  const loggedIn = { logIn: { __typename: 'LogInSuccess' } };

  // Three programs one after another.
  const timeout = 40_000;
  test('serves on an embedded org, prints how to use it, ends with 0 on SIGTERM, and keeps what was signed up', {
    timeout,
  }, async () => {
    const first = start(anyPorts);
    const url = await first.url();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]/);
    const [, email = '', password = ''] = /Customer\s+(\S+) \/ (\S+)/.exec(first.output()) ?? [];
    expect(await ask(url, logIn, { email, password })).toEqual(loggedIn);
    expect(first.output()).toMatch(/Outbox\s+http:\/\/127\.0\.0\.1:\d+\/outbox/);
    expect(first.output()).toMatch(/Push\s+http:\/\/127\.0\.0\.1:\d+\/push/);

    const besides = start(anyPorts, first.folder);
    expect(await besides.exit).toBe(1);
    expect(besides.output()).toMatch(/embedded-okta\.json is in use by process \d+/);
    expect(besides.output()).toContain('EMBEDDED_OKTA_FILE');

    expect(await ask(url, signUp, { ...account, ...names })).toEqual(signedUp);
    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(0);
    const second = start(anyPorts, first.folder);
    expect(await ask(await second.url(), logIn, account)).toEqual(loggedIn);
  });

  test('on another name of this machine, the link of a mail leads on to GraphiQL, and no configured secret is printed', async () => {
    const api = start({
      ...anyPorts,
      HOST: 'localhost',
      SERVICE_CLIENTS: 'shop:hush-hush-hush-hush',
    });
    const url = await api.url();
    expect(url).toMatch(/^http:\/\/localhost:[1-9]/);
    await ask(url, requestReset, { email: 'demo@example.com' });
    const [, outbox = ''] = /Outbox\s+(\S+)/.exec(api.output()) ?? [];
    const [mail] = (await (await fetch(`${outbox}.json`)).json()) as { link: string }[];
    const page = await fetch(mail?.link ?? '');
    expect(await page.text()).toContain(`href="${url}"`);
    expect((await fetch(url, { headers: { accept: 'text/html' } })).status).toBe(200);
    await vi.waitFor(() => expect(api.output()).toMatch(/Backend\s+shop\s/));
    expect(api.output()).not.toContain('hush');
  });

  test('a second signal during the drain ends it at once with 1', async () => {
    const api = start({ ...anyPorts, ANSWER_FLOOR_MS: '4000' });
    const url = await api.url();
    const begun = ask(url, requestReset, { email: 'demo@example.com' }).then(String, String);
    const ready = () => fetch(new URL('/ready', url)).then(({ status }) => status);
    expect(await ready()).toBe(200);
    api.child.kill('SIGTERM');
    await expect.poll(() => ready().catch(() => 503), { timeout: 3_000 }).toBe(503);
    api.child.kill('SIGINT');
    expect(await api.exit).toBe(1);
    expect(await begun).toContain('fetch failed');
  });

  test('a taken port is named, with the variable to change', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const taken = String((other.address() as AddressInfo).port);
    const api = start({ ...anyPorts, PORT: taken });
    const org = start({ ...anyPorts, EMBEDDED_OKTA_PORT: taken });
    expect(await api.exit).toBe(1);
    expect(api.output()).toContain(`Port ${taken} is taken`);
    expect(api.output()).toContain('PORT');
    expect(await org.exit).toBe(1);
    expect(org.output()).toContain(taken);
    expect(org.output()).toContain('EMBEDDED_OKTA_PORT');
    other.close();
  });
});

test('all problems of the settings are reported at once, with the fix and without the values', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'account-api-'));
  writeFileSync(
    join(folder, '.env'),
    'OKTA_ISSUER=https://acme-admin.okta.com/oauth2/default\nOKTA_CLIENT_SECRET=hush-hush\nPORT=many\n',
  );
  const api = start({}, folder);
  expect(await api.exit).toBe(78);
  for (const variable of ['OKTA_ISSUER', 'OKTA_CLIENT_ID', 'OKTA_API_TOKEN', 'PORT']) {
    expect(api.output()).toContain(variable);
  }
  expect(api.output()).not.toContain('hush-hush');
});

test('a .env that cannot be read ends the start as a problem of the settings', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'account-api-'));
  mkdirSync(join(folder, '.env'));
  const api = start(anyPorts, folder);
  expect(await api.exit).toBe(78);
  expect(api.output()).toContain('.env: It is there and cannot be read (EISDIR).');
});
