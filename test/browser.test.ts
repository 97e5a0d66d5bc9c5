import { existsSync } from 'node:fs';
import process from 'node:process';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { names } from './accounts.ts';
import { type Stack, startStack } from './start.ts';

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
const newcomer = { email: 'newcomer@example.com', password: 'First-Password-1' };
const newPassword = 'Second-Password-2';

let stack: Stack;
let browser: Browser;
let context: BrowserContext;
const requested: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  if (executablePath === undefined) return;
  stack = await startStack();
  browser = await chromium.launch({ executablePath, args });
  context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
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

interface Step {
  readonly variables?: unknown;
  readonly headers?: unknown;
}

/** Opens a tab, fills what the step changes, runs it, and gives the answer of its one field. */
async function run(page: Page, tab: string, step: Step = {}): Promise<Record<string, unknown>> {
  // By keyboard: tabs slide while the page settles, and a press of the mouse may miss one.
  await page.getByRole('tab').getByRole('button', { name: tab, exact: true }).press('Enter');
  const selected = page.getByRole('tab', { selected: true }).getByRole('button', { name: tab });
  await selected.waitFor();
  if (step.variables !== undefined) await fill(page, 'Variables', step.variables);
  if (step.headers !== undefined) await fill(page, 'Headers', step.headers);
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name: 'Execute query' }).click();
  const { data } = (await (await answered).json()) as { data: Record<string, unknown> };
  const [answer] = Object.values(data);
  return answer as Record<string, unknown>;
}

async function fill(page: Page, editor: 'Variables' | 'Headers', value: unknown): Promise<void> {
  await page.getByRole('button', { name: editor, exact: true }).click();
  const region = page.getByRole('region', { name: editor });
  await region.locator('.graphiql-editor:not(.hidden) .view-lines').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(JSON.stringify(value));
}

const bearer = (token: unknown) => ({ authorization: `Bearer ${token}` });

test.skipIf(executablePath === undefined)(
  'a newcomer walks through GraphiQL from sign-up to a new password, and nothing leaves the machine',
  { timeout: 120_000 },
  async () => {
    const page = await context.newPage();
    await page.goto(`${stack.url}/graphql`);
    await page.getByRole('tab', { name: 'SignUp' }).waitFor();

    const signUp = await run(page, 'SignUp', { variables: { input: { ...newcomer, ...names } } });
    expect(signUp).toMatchObject({ __typename: 'SignUpSuccess' });

    const logIn = await run(page, 'LogIn', { variables: { input: newcomer } });
    expect(logIn).toMatchObject({ __typename: 'LogInSuccess' });
    await page.getByLabel('Result Window').getByText('LogInSuccess').waitFor();
    const first = logIn['tokens'] as Record<string, unknown>;

    const me = await run(page, 'Me', { headers: bearer(first['accessToken']) });
    expect(me).toMatchObject({ email: newcomer.email, status: 'ACTIVE' });

    const refreshed = await run(page, 'RefreshToken', {
      variables: { input: { refreshToken: first['refreshToken'] } },
    });
    expect(refreshed).toMatchObject({ __typename: 'RefreshTokenSuccess' });
    const second = refreshed['tokens'] as Record<string, unknown>;

    // The credentials of the backend are in the tab.
    const validation = await run(page, 'ValidateToken', {
      variables: { input: { token: second['accessToken'], freshness: 'INTROSPECT' } },
    });
    expect(validation).toMatchObject({ active: true, user: { email: newcomer.email } });

    const request = await run(page, 'RequestPasswordReset', {
      variables: { input: { email: newcomer.email } },
    });
    expect(request).toMatchObject({ __typename: 'RequestPasswordResetSuccess' });
    await stack.settled();

    const outbox = await context.newPage();
    await outbox.goto(`${stack.okta.url}/outbox`);
    const mail = outbox.getByRole('article').filter({ hasText: newcomer.email }).first();
    await mail.getByRole('link').click();
    const resetToken = await outbox.getByRole('code').innerText();

    const reset = await run(page, 'ResetPassword', {
      variables: { input: { resetToken, newPassword } },
    });
    expect(reset).toMatchObject({ __typename: 'ResetPasswordSuccess' });

    const old = await run(page, 'LogIn', { variables: { input: newcomer } });
    expect(old).toMatchObject({ __typename: 'InvalidCredentials' });
    const again = await run(page, 'LogIn', {
      variables: { input: { ...newcomer, password: newPassword } },
    });
    expect(again).toMatchObject({ __typename: 'LogInSuccess' });

    const here = [stack.url, stack.okta.url];
    const outside = requested.filter(
      (url) => !/^(blob|data):/.test(url) && !here.includes(new URL(url).origin),
    );
    expect(outside).toEqual([]);
    expect(complaints).toEqual([]);
    // Edits stay out of the address, where they would end up in a history.
    expect(page.url()).toBe(`${stack.url}/graphql`);
  },
);

test.skipIf(executablePath === undefined)(
  'a reload starts over with the ready-made tabs and keeps nothing that was typed',
  { timeout: 60_000 },
  async () => {
    const page = await context.newPage();
    await page.goto(`${stack.url}/graphql`);
    const tabs = page.getByRole('tab');
    await tabs.first().waitFor();
    const before = await tabs.allInnerTexts();
    await run(page, 'LogIn', { variables: { input: newcomer } });
    await page.waitForTimeout(1_000);
    await page.reload();
    await tabs.first().waitFor();
    expect(await tabs.allInnerTexts()).toEqual(before);
    const { origins } = await context.storageState();
    expect(origins).toEqual([]);
  },
);
