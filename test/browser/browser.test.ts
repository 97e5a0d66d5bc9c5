import { existsSync } from 'node:fs';
import process from 'node:process';
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stack, startStack } from '../support/start.ts';

const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env['CHROMIUM_PATH'] ?? installed.find((path) => existsSync(path));
if (executablePath === undefined) {
  process.stderr.write(
    'No Chromium found: GraphiQL is not tested. Set CHROMIUM_PATH to test it.\n',
  );
}

const args = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
let stack: Stack;
let browser: Browser;
let context: BrowserContext;
const requested: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  if (executablePath === undefined) return;
  stack = await startStack();
  stack.okta.linkGraphiql(`${stack.url}/graphql`);
  browser = await chromium.launch({ executablePath, args });
  context = await browser.newContext({
    viewport: { width: 1400, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.on('request', (request) => requested.push(request.url()));
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('weberror', ({ error }) => complaints.push(error().message));
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await stack?.close();
});

async function open(page: Page): Promise<void> {
  await page.goto(stack.url);
  await page.getByRole('tab', { name: 'DeleteAccount' }).waitFor();
}

/** By mouse: it goes there, the button goes down, a moment passes, the button comes up. */
async function press(page: Page, target: Locator): Promise<void> {
  const box = await target.boundingBox();
  if (box === null) throw new Error('It is not in view.');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.waitForTimeout(50);
  // A hand is not quite still.
  await page.mouse.move(box.x + box.width / 2 + 3, box.y + box.height / 2 + 1);
  await page.mouse.up();
}

/** Presses the tab of this number, runs it, and waits for this in its answer. */
async function run(page: Page, index: number, answer: string): Promise<void> {
  const tab = page.getByRole('tab').nth(index);
  await press(page, tab.locator('.graphiql-tab-button'));
  await expect.poll(() => tab.getAttribute('aria-selected'), { timeout: 5_000 }).toBe('true');
  const execute = page.getByRole('button', { name: 'Execute query' });
  const result = page.getByLabel('Result Window');
  // The editor breaks lines where it likes.
  const text = async () => (await result.innerText()).replaceAll(/\s+/g, ' ');
  await execute.click();
  await expect.poll(text, { timeout: 15_000 }).not.toBe('');
  // For a moment after the change of tabs GraphiQL looks for the operation of the tab before.
  if ((await text()).includes('Cannot infer operation')) await execute.click();
  await expect.poll(text, { timeout: 15_000 }).toContain(answer);
}

/** What the tour answers, tab by tab. */
const tour: readonly (readonly [tab: string, answer: string])[] = [
  ['Welcome', '"Query"'],
  ['SignUp', 'SignUpSuccess'],
  ['LogIn', 'LogInSuccess'],
  ['Me', 'ada.'],
  ['RefreshToken', 'RefreshTokenSuccess'],
  ['ValidateToken', '"active": true'],
  ['User', 'ada.'],
  ['Users', 'ada.'],
  ['ChangePassword', 'ChangePasswordSuccess'],
  ['LogIn', 'LogInSuccess'],
  ['Me', '"current": false'],
  ['RevokeSession', 'RevokeSessionSuccess'],
  ['EnrollFactor', 'EnrollFactorSuccess'],
  ['ActivateFactor', 'ActivateFactorSuccess'],
  ['AccountConfig', 'passwordPolicy'],
  ['UpdateProfile', 'UpdateProfileSuccess'],
  ['LogOut', 'LogOutSuccess'],
  ['RequestPasswordReset', 'RequestPasswordResetSuccess'],
  ['ResetPassword', 'ResetPasswordSuccess'],
  ['LogIn', 'MfaRequired'],
  ['SendMfaChallenge', 'MfaChallengeSent'],
  ['VerifyMfa', 'LogInSuccess'],
  ['RemoveFactor', 'RemoveFactorSuccess'],
  ['RequestEmailChange', 'RequestEmailChangeSuccess'],
  ['ConfirmEmailChange', 'ConfirmEmailChangeSuccess'],
  ['RequestUnlock', 'RequestUnlockSuccess'],
  ['UnlockAccount', 'This was not sent: {{unlockToken}} has no value yet.'],
  ['ResendVerificationEmail', 'ResendVerificationEmailSuccess'],
  ['VerifyEmail', 'This was not sent: {{verificationToken}} has no value yet.'],
  ['ChangeExpiredPassword', 'This was not sent: {{transaction}} has no value yet.'],
  ['DeleteAccount', 'DeleteAccountSuccess'],
];

test.skipIf(executablePath === undefined)(
  'a newcomer clicks through GraphiQL from sign-up to the end of the account, and nothing leaves the machine',
  { timeout: 180_000 },
  async () => {
    const page = await context.newPage();
    await open(page);
    const names = (await page.getByRole('tab').allInnerTexts()).map((name) => name.trim());
    expect(names).toEqual(tour.map(([name]) => name));
    for (const [index, [name, answer]] of tour.entries()) {
      // Okta sends a text message every 30 seconds at most.
      if (name === 'SendMfaChallenge') stack.clock.advance(31_000);
      await run(page, index, answer);
    }

    const here = [stack.url, stack.okta.url];
    const outside = requested.filter(
      (url) => !/^(blob|data):/.test(url) && !here.includes(new URL(url).origin),
    );
    expect(outside).toEqual([]);
    expect(complaints).toEqual([]);
    // Neither edits nor tokens are in the address, where they would end up in a history.
    expect(page.url()).toBe(`${stack.url}/graphql`);
    await page.close();
  },
);

test.skipIf(executablePath === undefined)(
  'a tab whose values are not there yet sends nothing and says what to do',
  { timeout: 60_000 },
  async () => {
    const page = await context.newPage();
    await open(page);
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(request.url());
    });
    for (const name of ['LogOut', 'ValidateToken', 'Me']) {
      await run(
        page,
        tour.findIndex(([tab]) => tab === name),
        'Run LogIn first.',
      );
    }
    expect(sent).toEqual([]);
    await page.close();
  },
);

test.skipIf(executablePath === undefined)(
  'a reload keeps the tokens for the tabs, and nothing stays in the browser after them',
  { timeout: 60_000 },
  async () => {
    const page = await context.newPage();
    await open(page);
    await run(page, 2, 'LogInSuccess');
    await page.reload();
    await page.getByRole('tab', { name: 'DeleteAccount' }).waitFor();
    expect(await page.getByRole('tab').count()).toBe(tour.length);
    await run(page, 3, stack.okta.seeded.customer.email);
    await press(page, page.getByRole('button', { name: 'Forget' }));
    await run(page, 16, 'Run LogIn first.');
    const { origins } = await context.storageState();
    expect(origins).toEqual([]);
    expect(page.url()).toBe(`${stack.url}/graphql`);
    const session = await page.evaluate('JSON.stringify({ ...sessionStorage })');
    expect(session).toBe('{}');
    await page.close();
  },
);

const recover = (email: string) =>
  fetch(`${stack.okta.url}/api/v1/authn/recovery/password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ username: email, factorType: 'EMAIL' }),
  });

test.skipIf(executablePath === undefined)(
  'the pages of the embedded org lead to each other, and show and copy what is new by themselves',
  { timeout: 60_000 },
  async () => {
    const { email } = stack.okta.seeded.customer;
    complaints.length = 0;
    const page = await context.newPage();
    await page.goto(stack.okta.url);
    for (const name of ['Users', 'System Log', 'Push', 'Outbox']) {
      await press(page, page.getByRole('banner').getByRole('link', { name }));
      await page.getByRole('heading', { level: 1, name }).waitFor();
    }
    const mails = page.getByRole('article').filter({ hasText: `To ${email}` });
    const before = await mails.count();
    for (let mail = 0; mail < 9; mail += 1) await recover(email);
    await expect.poll(() => mails.count(), { timeout: 10_000 }).toBe(before + 9);

    await page.mouse.wheel(0, 300);
    await expect.poll(() => page.evaluate('scrollY')).toBe(300);
    await recover(email);
    await expect.poll(() => mails.count(), { timeout: 10_000 }).toBe(before + 10);
    expect(await page.evaluate('scrollY')).toBe(300);
    await page.mouse.wheel(0, -300);
    await expect.poll(() => page.evaluate('scrollY')).toBe(0);

    const time = mails.first().getByRole('time');
    expect(await time.innerText()).toMatch(/^\d+ s ago$/);
    expect(await time.getAttribute('title')).toMatch(/\d{4}/);
    await press(page, mails.first().getByRole('button', { name: 'Copy' }).first());
    await mails.first().getByText('Copied').waitFor();
    const [newest] = stack.okta.outbox.to(email).slice(-1);
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(newest?.token);
    expect(complaints).toEqual([]);
    await page.close();
  },
);
