import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { build, cli } from '../../support/built.ts';
import { spawnApi } from '../../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'okta-command-'));
const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});
beforeAll(build, 60_000);

function okta(args: readonly string[], env: Record<string, string> = {}) {
  const program = spawnApi({ args: [cli, 'okta', ...args], env, cwd: folder });
  running.push(program.child);
  return program;
}

const seedFile = join(folder, 'users.json');
writeFileSync(
  seedFile,
  JSON.stringify({
    users: [
      { email: 'ada@example.com', password: 'Correct-Horse-8' },
      {
        email: 'grace@example.com',
        login: 'grace',
        password: 'Correct-Horse-9',
        status: 'LOCKED_OUT',
        factors: [{ type: 'sms', phoneNumber: '+15551234567' }],
      },
    ],
    apps: [{ clientId: 'storefront', redirectUris: ['http://localhost:3000/callback'] }],
  }),
);

async function authenticate(url: string, username: string, password: string) {
  const response = await fetch(`${url}/api/v1/authn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  return ((await response.json()) as { status?: string }).status;
}

test('okta runs the org alone with the users and apps of a seed, prints them, logs requests, and ends with 0 on SIGTERM', async () => {
  // Settings of the API are not its own, right or wrong.
  const settings = { OKTA_ISSUER: 'nonsense', PORT: 'many' };
  const args = ['--port', '0', '--seed', seedFile, '--engine=classic', '--log-requests'];
  const program = okta(args, settings);
  const url = await vi.waitFor(
    () => {
      const [, found] = /Org URL\s+(\S+)[\s\S]*grace/.exec(program.output()) ?? [];
      if (found === undefined) throw new Error(program.output());
      return found;
    },
    { timeout: 14_000, interval: 20 },
  );
  const printed = program.output();
  for (const text of [
    `${url}/oauth2/default`,
    `${url}/outbox`,
    '00embeddedOrgAdministratorApiToken00000001',
    'demo@example.com',
    'Correct-Horse-8',
    'grace (LOCKED_OUT)',
    'sms to +15551234567',
    'storefront',
    'http://localhost:3000/callback',
  ]) {
    expect(printed).toContain(text);
  }
  expect(printed.split('\n').filter((line) => line.length > 80)).toEqual([]);
  // No escape sequence of colour.
  expect(printed).not.toContain('\u001b');

  expect(await authenticate(url, 'ada@example.com', 'Correct-Horse-8')).toBe('SUCCESS');
  await fetch(`${url}/api/v1/users/ada@example.com`);
  await vi.waitFor(() => expect(program.output()).toContain('GET /api/v1/users/{login} 401\n'));
  expect(program.output()).toContain('POST /api/v1/authn 200\n');

  const about = await fetch(`${url}/.well-known/okta-organization`);
  expect(await about.json()).toMatchObject({ pipeline: 'v1' });

  const besides = okta(['--port', new URL(url).port]);
  expect(await besides.exit).toBe(1);
  expect(besides.output()).toContain(
    'the port is taken. --port and --file choose its port and file.',
  );

  program.child.kill('SIGTERM');
  expect(await program.exit).toBe(0);
  expect(existsSync(join(folder, '.data'))).toBe(false);
});

test('the variables of the embedded org choose its port and file, and --port wins', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const taken = String((other.address() as AddressInfo).port);
  const file = join(folder, 'kept.json');
  const refused = okta([], { EMBEDDED_OKTA_PORT: taken });
  const program = okta(['--port=0'], { EMBEDDED_OKTA_PORT: taken, EMBEDDED_OKTA_FILE: file });
  expect(await refused.exit).toBe(1);
  expect(refused.output()).toContain(taken);
  await vi.waitFor(() => expect(program.output()).toContain(file), { timeout: 14_000 });
  program.child.kill('SIGINT');
  expect(await program.exit).toBe(0);
  expect(existsSync(file)).toBe(true);
  other.close();
});

test('a seed with faults ends the program with 78, and with the line and the path of each', async () => {
  const broken = join(folder, 'broken.json');
  writeFileSync(broken, '{ "users": [\n{ "email": "ada@example.com" }\n] }');
  const program = okta(['--seed', broken]);
  expect(await program.exit).toBe(78);
  expect(program.output()).toContain('line 2, users[0].password: It is missing.');
});

test('okta refuses to run in production', async () => {
  const program = okta(['--port=0'], { NODE_ENV: 'production' });
  expect(await program.exit).toBe(78);
  expect(program.output()).toContain('NODE_ENV: The embedded org is for development and tests');
});

test('--empty starts an org without apps and users, and prints none', async () => {
  const program = okta(['--port=0', '--empty'], {});
  const url = await vi.waitFor(
    () => {
      const [, found] = /Org URL\s+(\S+)[\s\S]*Users: none/.exec(program.output()) ?? [];
      if (found === undefined) throw new Error(program.output());
      return found;
    },
    { timeout: 14_000, interval: 20 },
  );
  expect(program.output()).not.toContain('demo@example.com');
  expect(program.output()).toContain(`setup --org ${url}`);
  const headers = { authorization: 'SSWS 00embeddedOrgAdministratorApiToken00000001' };
  const list = async (path: string) => (await fetch(`${url}/api/v1/${path}`, { headers })).json();
  expect(await list('apps')).toEqual([]);
  // The administrator alone.
  expect(await list('users')).toHaveLength(1);
  program.child.kill('SIGTERM');
  expect(await program.exit).toBe(0);
});
