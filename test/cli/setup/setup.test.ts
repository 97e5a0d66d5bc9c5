import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { startOkta } from '../../embedded/start.ts';
import { build, cli } from '../../support/built.ts';
import { listenLocally } from '../../support/local-url.ts';
import { spawnApi } from '../../support/program.ts';
import { type CountingProxy, startProxy } from './proxy.ts';

const orgs: { close(): unknown }[] = [];
beforeAll(build, 60_000);
afterAll(async () => {
  for (const each of orgs) await each.close();
});

async function emptyOrg(
  options: Parameters<typeof startOkta>[0] = {},
): Promise<{ okta: EmbeddedOkta; proxy: CountingProxy; token: string }> {
  const okta = await startOkta({ empty: true, ...options });
  const proxy = await startProxy(okta.url);
  orgs.push(proxy, okta);
  return { okta, proxy, token: okta.seeded.apiToken };
}

const newFolder = () => mkdtempSync(join(tmpdir(), 'setup-'));

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

async function setup(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  const program = spawnApi({ args: [cli, 'setup', ...args], env, cwd: folder });
  return { code: await program.exit, output: program.output() };
}

function settingsIn(folder: string): Readonly<Record<string, string | undefined>> {
  return parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
}

async function admin(
  { okta, token }: { readonly okta: EmbeddedOkta; readonly token: string },
  path: string,
  body?: unknown,
) {
  const answer = await fetch(okta.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `SSWS ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(answer.status, path).toBeLessThan(300);
  return (await answer.json()) as Record<string, unknown> & unknown[];
}

/** What Okta has made itself: policies with their rules, and the authorization server `default`. */
async function ownPolicies(org: Parameters<typeof admin>[0]) {
  const types = ['OKTA_SIGN_ON', 'PASSWORD', 'MFA_ENROLL', 'ACCESS_POLICY', 'PROFILE_ENROLLMENT'];
  const found: unknown[] = [await admin(org, '/api/v1/authorizationServers/default/policies')];
  for (const type of types) {
    for (const policy of (await admin(org, `/api/v1/policies?type=${type}`)) as {
      readonly id: string;
      readonly system: boolean;
    }[]) {
      if (!policy.system) continue;
      // One more policy of a type moves the last one, which is Okta's, down.
      found.push(
        { ...policy, priority: null },
        await admin(org, `/api/v1/policies/${policy.id}/rules`),
      );
    }
  }
  expect(found.length).toBeGreaterThan(8);
  return found;
}

test('--dry-run shows the plan and the org, and sends no POST, PUT or DELETE', async () => {
  const { proxy, token } = await emptyOrg();
  const folder = newFolder();
  const env = { OKTA_ADMIN_TOKEN: token };
  const hook = ['--hook', 'https://account.example.com'];
  const egress = ['--egress', '203.0.113.7/32'];
  const prefix = ['--prefix', 'Staging of the shop in northern Spain'];
  const [{ code, output }, unasked] = await Promise.all([
    setup(
      folder,
      ['--org', proxy.url, '--dry-run', '--email-change', ...hook, ...egress, ...prefix],
      env,
    ),
    setup(folder, ['--org', proxy.url], env),
  ]);
  expect(code).toBe(0);
  expect(unasked.code).toBe(64);
  expect(unasked.output).toContain('There is no terminal to ask at. Add --yes');
  expect(output).toContain(`Okta org: Embedded Okta, ${proxy.url}`);
  expect(output).toMatch(/\+ Application +Staging of the shop in northern Spain/);
  expect(output.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(output).toMatch(/\d+ to create, 0 to change, 0 as they should be\./);
  expect(output).toContain('Nothing was changed. Without --dry-run');
  expect(proxy.reads.length).toBeGreaterThan(5);
  expect(proxy.writes).toEqual([]);
  expect(existsSync(join(folder, '.env'))).toBe(false);
});

test('after a failure in the middle the next run goes on, and the one after it finds nothing to do', async () => {
  const org = await emptyOrg();
  const { proxy, token } = org;
  const folder = newFolder();
  writeFileSync(
    join(folder, '.env'),
    '# Ours\nPORT=4100\nOKTA_SCOPES="openid email\n  offline_access"\n',
  );
  const env = { OKTA_ADMIN_TOKEN: token };
  const args = ['--org', proxy.url, '--yes'];
  const policies = await ownPolicies(org);
  const killed = spawnApi({ args: [cli, 'setup', ...args], env, cwd: folder });
  proxy.intercept = ({ write }) => {
    if (write === 3) killed.child.kill('SIGKILL');
    return write === 3 ? { status: 500, body: {} } : null;
  };
  await killed.exit;
  const kept = settingsIn(folder);
  expect(kept['OKTA_CLIENT_PRIVATE_KEY']).toBeTruthy();

  proxy.intercept = ({ write }) =>
    write === 6 ? { status: 500, body: { errorCode: 'E0000009', errorSummary: 'Internal' } } : null;
  const stopped = await setup(folder, args, env);
  expect(stopped.code).toBe(1);
  expect(stopped.output).toMatch(/Stopped at step \d+ of \d+\. Run the command again/);
  expect(stopped.output).toContain('E0000009');

  proxy.intercept = () => null;
  const wentOn = await setup(folder, args, env);
  expect(wentOn.output).toContain('= Application               Account API storefront');
  expect(wentOn.output).toMatch(/^\[\d+\/\d+\] \+ Application +Account API service$/m);
  expect(wentOn.code).toBe(0);
  const settings = settingsIn(folder);
  expect(settings['OKTA_CLIENT_PRIVATE_KEY']).toBe(kept['OKTA_CLIENT_PRIVATE_KEY']);

  const before = proxy.writes.length;
  // Without --yes: there is no question where nothing is to be done.
  const again = await setup(folder, ['--org', proxy.url], env);
  expect(again.code).toBe(0);
  expect(again.output).toContain('0 to create, 0 to change');
  expect(again.output).toContain('Nothing to change: the org and the settings are right.');
  expect(again.output).not.toMatch(/^[+~]/m);
  expect(proxy.writes.length).toBe(before);
  expect(proxy.writes.filter((write) => write.startsWith('DELETE'))).toEqual([]);
  expect(await ownPolicies(org)).toEqual(policies);

  const apps = await admin(org, '/api/v1/apps');
  expect(apps).toHaveLength(2);
  for (const app of apps as { id: string }[]) {
    expect((await admin(org, `/api/v1/apps/${app.id}/credentials/jwks`))['keys']).toHaveLength(1);
  }
  const text = readFileSync(join(folder, '.env'), 'utf8');
  expect(text).toMatch(/^# Ours\nPORT=4100\n/);
  expect(settings['OKTA_SCOPES']).toBe('openid email offline_access');
  expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
  expect(text).not.toContain(token);
  const said = stopped.output + wentOn.output + again.output;
  for (const secret of [
    token,
    settings['OKTA_CLIENT_PRIVATE_KEY'],
    settings['OKTA_SERVICE_PRIVATE_KEY'],
    settings['OKTA_HOOK_SECRET'],
    settings['SEALING_KEY'],
    'PRIVATE KEY',
  ]) {
    expect(secret).toBeTruthy();
    expect(said).not.toContain(secret);
  }
  expect(said.split('\n').filter((line) => line.length > 80)).toEqual([]);

  // Another stage in the same org, with secrets in files.
  const stage = newFolder();
  mkdirSync(join(stage, 'secrets'));
  const stageEnv = { ...env, SECRETS_DIR: 'secrets' };
  const staged = await setup(stage, [...args, '--prefix', 'Staging'], stageEnv);
  expect(staged.output).toContain('+ Application               Staging Account API storefront');
  // Stages of one org share its mails.
  expect(staged.output).toMatch(/0 to change, 4 as they should be/);
  // Okta makes the key together with its app, and the list of steps has no gap.
  expect(staged.output).toMatch(/^\[ 3\/\d+\] \+ Public key of the app +Staging/m);
  expect(Object.keys(settingsIn(stage))).not.toContain('SEALING_KEY');
  expect(statSync(join(stage, 'secrets/OKTA_SERVICE_PRIVATE_KEY')).mode & 0o777).toBe(0o600);
  const sameStage = await setup(stage, ['--dry-run'], stageEnv);
  expect(sameStage.output).toContain('= Application               Staging Account API storefront');
  expect(sameStage.output).toContain('0 to create, 0 to change');
}, 30_000);

describe('says what is wrong in a sentence, with exit code 1, and changes nothing:', () => {
  interface Case {
    readonly name: string;
    readonly says: string;
    readonly token?: string;
    readonly options?: Parameters<typeof startOkta>[0];
    readonly before?: (org: Awaited<ReturnType<typeof emptyOrg>>) => Promise<unknown> | undefined;
  }
  const cases: readonly Case[] = [
    {
      name: 'a token that is expired or of another org',
      token: '00otherToken',
      says: 'it is expired or revoked, or of another org',
    },
    {
      name: 'a token without rights',
      says: 'an administrator with the roles READ_ONLY_ADMIN',
      before({ proxy }) {
        proxy.intercept = ({ path }) =>
          path.endsWith('/roles') ? { status: 200, body: [{ type: 'READ_ONLY_ADMIN' }] } : null;
        return undefined;
      },
    },
    {
      name: 'a token that may not see its own roles',
      says: 'use an API token of a super administrator',
      before({ proxy }) {
        proxy.intercept = ({ path }) =>
          path.endsWith('/roles') ? { status: 403, body: { errorCode: 'E0000006' } } : null;
        return undefined;
      },
    },
    {
      name: 'an org without API Access Management',
      options: { seed: { apiAccessManagement: false } },
      says: 'The org has no API Access Management',
    },
    {
      name: 'an authorization server of the same name for another audience',
      says: 'exists with audiences api://other',
      before: (org) =>
        admin(org, '/api/v1/authorizationServers', {
          name: 'Account API',
          description: 'Another.',
          audiences: ['api://other'],
        }),
    },
    {
      name: 'an app of the same name and another type',
      says: 'Application "Account API storefront" exists with',
      before: (org) =>
        admin(org, '/api/v1/apps', {
          name: 'oidc_client',
          label: 'Account API storefront',
          signOnMode: 'OPENID_CONNECT',
          credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
          settings: {
            oauthClient: {
              application_type: 'web',
              grant_types: ['authorization_code'],
              response_types: ['code'],
              redirect_uris: ['https://shop.example.com/callback'],
            },
          },
        }),
    },
  ];

  test.concurrent.each(cases)('$name', async ({ says, token, options, before }) => {
    const org = await emptyOrg(options);
    await before?.(org);
    const folder = newFolder();
    const { code, output } = await setup(folder, ['--org', org.proxy.url, '--yes'], {
      OKTA_ADMIN_TOKEN: token ?? org.token,
    });
    expect(output.replaceAll('\n', ' ')).toContain(says);
    expect(code).toBe(1);
    expect(output.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(org.proxy.writes).toEqual([]);
    expect(existsSync(join(folder, '.env'))).toBe(false);
  });
});

test('Ctrl+C in the middle keeps the keys that Okta knows, and says how to go on', async () => {
  const { proxy, token } = await emptyOrg();
  const folder = newFolder();
  const env = { OKTA_ADMIN_TOKEN: token };
  const program = spawnApi({
    args: [cli, 'setup', '--org', proxy.url, '--yes'],
    env,
    cwd: folder,
  });
  proxy.intercept = ({ write }) => {
    if (write === 3) program.child.kill('SIGINT');
    return null;
  };
  expect(await program.exit, program.output()).toBe(130);
  expect(program.output()).toMatch(/Stopped at step \d+ of \d+\. Run the command again/);
  expect(settingsIn(folder)['OKTA_CLIENT_ID']).toMatch(/^0oa/);
  const goesOn = await setup(folder, ['--org', proxy.url, '--dry-run'], env);
  expect(goesOn.output).toMatch(/^= Public key/m);
});

const script = '/usr/bin/script';

test.skipIf(!existsSync(script))(
  'a question that is answered by no ends with 1, so that a script stops (needs the program script)',
  async () => {
    const { proxy, token } = await emptyOrg();
    const folder = newFolder();
    const command = `${process.execPath} ${cli} setup --org ${proxy.url}`;
    const terminal = spawn(script, ['-qec', command, '/dev/null'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], OKTA_ADMIN_TOKEN: token },
    });
    let output = '';
    terminal.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.includes('[y/N]')) terminal.stdin.end('n\n');
    });
    const code = await new Promise((resolve) => terminal.once('exit', resolve));
    expect(output).toContain('Nothing was changed.');
    expect(code).toBe(1);
    expect(proxy.writes).toEqual([]);
  },
);

test('a failure before the apps are looked at leaves their ids in the settings', async () => {
  const org = await emptyOrg();
  const { okta, proxy, token } = org;
  const folder = newFolder();
  const env = { OKTA_ADMIN_TOKEN: token };
  const args = ['--org', proxy.url, '--yes'];
  expect((await setup(folder, args, env)).code).toBe(0);
  const before = settingsIn(folder);

  const groups = (await admin(org, '/api/v1/groups')) as { id: string; type: string }[];
  const own = groups.find(({ type }) => type === 'OKTA_GROUP');
  const headers = { authorization: `SSWS ${token}` };
  await fetch(`${okta.url}/api/v1/groups/${own?.id}`, { method: 'DELETE', headers });
  // Not Okta's: whether the group was made is not known.
  proxy.intercept = ({ write }) => (write === 0 ? null : { status: 200, body: [] });
  const stopped = await setup(folder, args, env);
  expect(stopped.code).toBe(1);
  expect(stopped.output).toContain('Stopped at step 1 of');
  const kept = settingsIn(folder);
  expect(kept['OKTA_CLIENT_ID']).toBe(before['OKTA_CLIENT_ID']);
  expect(kept['OKTA_CLIENT_KEY_ID']).toBe(before['OKTA_CLIENT_KEY_ID']);
});

test('an address that is no org never gets the token', async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer(({ headers }, response) => {
    seen.push(headers.authorization);
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>');
  });
  orgs.push(server);
  const url = await listenLocally(server);
  const { code, output } = await setup(newFolder(), ['--org', url], { OKTA_ADMIN_TOKEN: '00x' });
  expect(code).toBe(1);
  expect(output).toContain("is not Okta's");
  expect(seen).toEqual([undefined]);
});

test('refuses options that are no addresses, and a token that is not in the environment', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, '.env'), 'OKTA_ADMIN_TOKEN=00stored\n');
  const [org, token, prefix, long] = await Promise.all([
    setup(folder, ['--org', 'https://acme-admin.okta.com'], { OKTA_ADMIN_TOKEN: '00x' }),
    setup(folder, ['--org', 'https://acme.okta.com'], {}),
    setup(folder, ['--print', 'markdown', '--prefix', 'Shop `x`'], {}),
    setup(folder, ['--print', 'markdown', '--prefix', 'x'.repeat(41)], {}),
  ]);
  expect([prefix.code, long.code]).toEqual([64, 64]);
  expect(prefix.output).toContain("Option '--prefix' has other characters than letters");
  expect(long.output).toContain("Option '--prefix' has more than 40 characters");
  expect(org.code).toBe(64);
  expect(org.output).toContain(
    "Option '--org' is the Admin Console: the org is https://acme.okta.com",
  );
  for (const line of (org.output + token.output).split('\n')) {
    expect(line.length).toBeLessThanOrEqual(80);
  }
  expect(token.code).toBe(78);
  expect(token.output).toContain('OKTA_ADMIN_TOKEN: It is not in the environment.');
});
