import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { loadEnvFile } from '../../../src/cli/environment/env-file.ts';

const pem = '-----BEGIN PRIVATE KEY-----\nMIIE=\nQ==\n-----END PRIVATE KEY-----';
const secret = 'OKTA_CLIENT_SECRET';

afterEach(() => vi.unstubAllEnvs());

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'account-api-')), '.env');
  writeFileSync(path, text);
  return path;
}

test('what the file sets comes into the environment, unless the environment has it', () => {
  vi.stubEnv('PORT', '4002');
  vi.stubEnv('LOG_LEVEL', undefined);
  expect(loadEnvFile(file('PORT=4001\nLOG_LEVEL="warn" # less\n'))).toBeNull();
  expect(process.env).toMatchObject({ PORT: '4002', LOG_LEVEL: 'warn' });
});

test('there need not be a file', () => {
  expect(loadEnvFile(join(tmpdir(), 'no-such-folder', '.env'))).toBeNull();
});

test('a folder in its place is reported, with the fix', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'account-api-')), '.env');
  mkdirSync(path);
  expect(loadEnvFile(path)).toEqual({
    variable: path,
    problem: 'It is there and cannot be read (EISDIR).',
    fix: 'Make it a file that this process may read, or remove it.',
  });
});

test.each([
  [`${secret}="canary\nOKTA_ISSUER="https://acme.okta.com/oauth2/default"\n`],
  [`${secret}='canary\n\n  OKTA_ISSUER = https://acme.okta.com\nPORT='4000'\n`],
  [`${secret}="canary\nexport PORT=4000\nLOG_LEVEL="info"\n`],
])('a quote that hides the next setting is reported by its variable: %j', (text) => {
  vi.stubEnv(secret, undefined);
  const problem = loadEnvFile(file(text));
  expect(problem).toMatchObject({ variable: secret, fix: expect.stringMatching(/^Close/) });
  expect(JSON.stringify(problem)).not.toContain('canary');
  expect(process.env[secret]).toBeUndefined();
});

test('a value of many lines is one', () => {
  vi.stubEnv('OKTA_CLIENT_PRIVATE_KEY', undefined);
  expect(loadEnvFile(file(`OKTA_CLIENT_PRIVATE_KEY="${pem}"\n`))).toBeNull();
  expect(process.env['OKTA_CLIENT_PRIVATE_KEY']).toBe(pem);
});
