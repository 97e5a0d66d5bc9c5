import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireWritable, writeSettings } from '../../../src/cli/setup/settings-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'settings-'));
const envFile = join(folder, '.env');
const secretsDir = join(folder, 'secrets');
mkdirSync(secretsDir);
const inSecrets = (name: string) => join(secretsDir, name);

test('secrets go into files of the directory that only their owner reads, and out of the env file', () => {
  writeFileSync(envFile, 'OKTA_CLIENT_SECRET=old-secret\nSEALING_KEY=old-key\n', { mode: 0o644 });
  writeFileSync(inSecrets('OKTA_API_TOKEN'), '00old');
  writeFileSync(inSecrets('OKTA_HOOK_SECRET'), 'old-hook-secret');
  const settings = {
    OKTA_CLIENT_ID: '0oaNew',
    OKTA_CLIENT_SECRET: null,
    OKTA_API_TOKEN: null,
    SEALING_KEY: 'new-key',
    OKTA_HOOK_SECRET: 'new-hook-secret',
  };
  expect(writeSettings(settings, { envFile, secretsDir })).toEqual([
    envFile,
    inSecrets('OKTA_HOOK_SECRET'),
    inSecrets('SEALING_KEY'),
  ]);
  expect(readFileSync(envFile, 'utf8')).not.toMatch(/^(OKTA_CLIENT_SECRET|SEALING_KEY)=/m);
  expect(readFileSync(inSecrets('SEALING_KEY'), 'utf8')).toBe('new-key');
  // Nothing of an operator's is lost, and `start` reads no file that begins with a dot.
  expect(existsSync(inSecrets('OKTA_API_TOKEN'))).toBe(false);
  expect(readFileSync(inSecrets('.OKTA_API_TOKEN.before-setup'), 'utf8')).toBe('00old');
  expect(readFileSync(inSecrets('.OKTA_HOOK_SECRET.before-setup'), 'utf8')).toBe('old-hook-secret');
  for (const path of [envFile, inSecrets('SEALING_KEY')]) {
    expect(statSync(path).mode & 0o777).toBe(0o600);
  }
});

test('a directory that is not there is found before anything is changed', () => {
  const missing = join(folder, 'missing');
  expect(() => requireWritable({ envFile, secretsDir })).not.toThrow();
  expect(() => requireWritable({ envFile, secretsDir: missing })).toThrow(
    `The settings could not be written to ${missing}, so nothing was changed. Make SECRETS_DIR a directory`,
  );
});

test('a secret goes into a new file, not where a symbolic link in place of the temporary file leads', () => {
  const elsewhere = join(folder, 'elsewhere');
  writeFileSync(elsewhere, 'of another', { mode: 0o644 });
  symlinkSync(elsewhere, inSecrets(`.setup-${process.pid}.tmp`));
  writeSettings({ OKTA_API_TOKEN: '00new' }, { envFile, secretsDir });
  expect(readFileSync(elsewhere, 'utf8')).toBe('of another');
  expect(readFileSync(inSecrets('OKTA_API_TOKEN'), 'utf8')).toBe('00new');
  expect(statSync(inSecrets('OKTA_API_TOKEN')).mode & 0o777).toBe(0o600);
  expect(readdirSync(secretsDir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
