import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfiguration } from '../../../src/cli/environment/configuration.ts';
import { readSecretFiles } from '../../../src/cli/environment/secret-files.ts';
import { createSecretsReload } from '../../../src/cli/environment/watch-secrets.ts';
import type { Secrets } from '../../../src/config.ts';
import { catchLog } from '../../support/log.ts';

const okta = {
  OKTA_ISSUER: 'https://acme.okta.com/oauth2/default',
  OKTA_CLIENT_ID: '0oa1',
  OKTA_API_TOKEN: '00an-api-token',
};
const first = { OKTA_CLIENT_SECRET: 'canary-first\n', SERVICE_CLIENTS: 'shop:canary\r\n' };

let directory: string;
let env: Record<string, string>;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'account-api-secrets-'));
  env = { ...okta, SECRETS_DIR: directory };
  mount(first);
});
afterEach(() => rmSync(directory, { recursive: true }));

/** As Kubernetes puts a secret there: links by way of `..data`, which is turned at once. */
function mount(files: Readonly<Record<string, string>>): void {
  const version = mkdtempSync(join(directory, '..'));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(version, name), text);
    rmSync(join(directory, name), { force: true });
    symlinkSync(join('..data', name), join(directory, name));
  }
  symlinkSync(version, join(directory, '..data_tmp'));
  renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
}

const problems = () => {
  const parsed = readConfiguration(env);
  return parsed.ok ? [] : parsed.problems;
};

test('a secret may be in a file of its name, and the line break at its end does not count', () => {
  expect(readConfiguration(env)).toMatchObject({
    ok: true,
    secrets: {
      okta: { clientAuthentication: { secret: 'canary-first' } },
      serviceClients: [{ id: 'shop', secret: 'canary' }],
    },
  });
});

test('one that is in the environment too is a problem, reported without either value', () => {
  env['OKTA_CLIENT_SECRET'] = 'canary-other';
  expect(problems()).toMatchObject([
    { variable: 'OKTA_CLIENT_SECRET', fix: 'Remove it from the environment.' },
  ]);
  expect(JSON.stringify(problems())).not.toContain('canary');
});

test('a file of another name is a problem, with the name that was probably meant', () => {
  writeFileSync(join(directory, 'SEALING_KEYS'), 'canary');
  writeFileSync(join(directory, 'PORT'), '4000');
  expect(problems()).toMatchObject([
    { variable: 'PORT' },
    { variable: 'SEALING_KEYS', fix: expect.stringContaining('Did you mean SEALING_KEY?') },
  ]);
});

test('so are a file and a directory that cannot be read, and missing secrets are reported as usual', () => {
  mkdirSync(join(directory, 'SEALING_KEY'));
  expect(problems()).toMatchObject([
    { variable: 'SEALING_KEY', problem: 'Its file cannot be read (EISDIR).' },
  ]);
  env['SECRETS_DIR'] = join(directory, 'nowhere');
  expect(problems()).toMatchObject([
    { variable: 'SECRETS_DIR', problem: 'The directory cannot be read (ENOENT).' },
    { variable: 'OKTA_CLIENT_SECRET', problem: 'It is missing.' },
  ]);
});

const filesNow = () => readSecretFiles(directory);

function startWatching(first = filesNow()) {
  const replaced: Secrets[] = [];
  const { log, entries } = catchLog('info');
  const reload = createSecretsReload({
    read: filesNow,
    first,
    env,
    replace: (secrets) => replaced.push(secrets),
    log,
  });
  return { reload, replaced, told: entries };
}

test('changed files are taken all at once, and logged by name', () => {
  const { reload, replaced, told } = startWatching();
  reload();
  expect(replaced).toEqual([]);
  mount({ OKTA_CLIENT_SECRET: 'canary-second', SERVICE_CLIENTS: 'shop:canary' });
  reload();
  reload();
  expect(replaced).toMatchObject([{ okta: { clientAuthentication: { secret: 'canary-second' } } }]);
  const log = told();
  expect(log).toMatchObject([
    { level: 'info', variables: ['OKTA_CLIENT_SECRET', 'SERVICE_CLIENTS'] },
  ]);
  expect(JSON.stringify(log)).not.toContain('canary');
});

test('what has changed between the first reading and the first look is taken as well', () => {
  const { files } = readConfiguration(env);
  mount({ ...first, SERVICE_CLIENTS: 'shop:canary-second' });
  const { reload, replaced } = startWatching(files ?? expect.fail());
  reload();
  expect(replaced).toMatchObject([{ serviceClients: [{ secret: 'canary-second' }] }]);
});

test('a set with one bad secret is refused as a whole, once, and the next good one is taken', () => {
  const { reload, replaced, told } = startWatching();
  mount({ ...first, OKTA_CLIENT_SECRET: 'canary-second', SERVICE_CLIENTS: 'canary-third' });
  reload();
  reload();
  expect(replaced).toEqual([]);
  const log = told();
  expect(log).toMatchObject([
    { level: 'error', event: 'secrets_rejected', variables: ['SERVICE_CLIENTS'] },
  ]);
  expect(JSON.stringify(log)).not.toContain('canary');
  mount({ OKTA_CLIENT_SECRET: 'canary-second', SERVICE_CLIENTS: 'shop:canary-third' });
  reload();
  expect(replaced).toMatchObject([{ serviceClients: [{ secret: 'canary-third' }] }]);
});

test('a changed REDIS_URL is said to need a restart', () => {
  const sealing = { ...first, SEALING_KEY: Buffer.alloc(32, 7).toString('base64') };
  mount({ ...sealing, REDIS_URL: 'redis://one' });
  const { reload, told } = startWatching();
  mount({ ...sealing, REDIS_URL: 'redis://two' });
  reload();
  expect(told()).toMatchObject([
    { variables: ['REDIS_URL'] },
    { level: 'warn', event: 'restart_needed' },
  ]);
});
