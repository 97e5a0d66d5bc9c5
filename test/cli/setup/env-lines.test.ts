import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { withSettings } from '../../../src/cli/setup/env-lines.ts';

const write = (text: string, settings: Readonly<Record<string, string | null>>) =>
  withSettings(text, new Map(Object.entries(settings)));

test.each([
  ['a list with spaces', 'OKTA_SCOPES', 'openid profile offline_access'],
  ['a key in base64', 'OKTA_CLIENT_PRIVATE_KEY', 'LS0tLS1CRUdJTi+/AbC='],
  ['a secret of a backend', 'SERVICE_CLIENTS', 'storefront:0123abcd'],
  ['an address', 'OKTA_REDIRECT_URI', "https://shop.example.com/a?b='c'#d"],
])('%s is read back as it was', (_, name, value) => {
  expect(parseEnv(write('PORT=4100', { [name]: value }))).toEqual({ PORT: '4100', [name]: value });
});

test('other lines stay, and an old value becomes a comment', () => {
  const before = `# Shop\nPORT=4100 # ours\n\nexport OKTA_CLIENT_ID='0oaOld'\nSIGN_UP=VERIFY_EMAIL`;
  expect(write(before, { OKTA_CLIENT_ID: '0oaNew', OKTA_AUDIENCE: 'api://account-api' })).toBe(
    `# Shop
PORT=4100 # ours

# Before setup: export OKTA_CLIENT_ID='0oaOld'
OKTA_CLIENT_ID=0oaNew
SIGN_UP=VERIFY_EMAIL
OKTA_AUDIENCE=api://account-api
`,
  );
});

test('a line that has the value already stays as it was written', () => {
  const before = `export OKTA_CLIENT_ID='0oaSame' # of the shop\r\nOKTA_SCOPES=openid email\n`;
  expect(write(before, { OKTA_CLIENT_ID: '0oaSame', OKTA_SCOPES: 'openid email' })).toBe(before);
});

test('a value over several lines is replaced as a whole', () => {
  const pem = '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----';
  const text = write(`OKTA_CLIENT_PRIVATE_KEY="${pem}"\nPORT=4100\n`, {
    OKTA_CLIENT_PRIVATE_KEY: 'bmV3',
  });
  expect(parseEnv(text)).toEqual({ OKTA_CLIENT_PRIVATE_KEY: 'bmV3', PORT: '4100' });
  expect(text).toContain('# MIIE\n');
});

test('of a setting that is there twice, the new value is the one that counts', () => {
  const text = write('OKTA_CLIENT_ID=0oaFirst\nOKTA_CLIENT_ID=0oaLast\n', {
    OKTA_CLIENT_ID: '0oaNew',
  });
  expect(parseEnv(text)).toEqual({ OKTA_CLIENT_ID: '0oaNew' });
});

test('a setting that contradicts the others is taken out, and a second time changes nothing', () => {
  const settings = { OKTA_API_TOKEN: null, OKTA_CLIENT_ID: '0oaNew', OKTA_SCOPES: 'openid email' };
  const once = write('OKTA_API_TOKEN=00old\r\nPORT=4100\r\n', settings);
  expect(parseEnv(once)).toEqual({
    PORT: '4100',
    OKTA_CLIENT_ID: '0oaNew',
    OKTA_SCOPES: 'openid email',
  });
  expect(write(once, settings)).toBe(once);
});
