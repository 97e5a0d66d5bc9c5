import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test as runnable } from 'vitest';
import { LogOutDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { totpCode } from '../../src/embedded/factors/totp.ts';
import { buildExample } from './example.ts';
import {
  ada,
  demo,
  executablePath,
  expire,
  keepBodies,
  launch,
  logIn,
  look,
  openShop,
  phone,
  type Storefront,
  tokensIn,
  totpSecret,
} from './storefront.ts';

if (executablePath === undefined) {
  process.stderr.write(
    'The example storefront-next is not tested: there is no Chromium. Set CHROMIUM_PATH to test it.\n',
  );
}
const canRun = executablePath !== undefined && (await buildExample('storefront-next'));
const test = runnable.runIf(canRun);

let browser: Browser;
let shop: Storefront;

beforeAll(async () => {
  if (!canRun) return;
  [browser, shop] = await Promise.all([launch(), openShop()]);
});
afterAll(async () => {
  await browser?.close();
  await shop?.close();
});

/** A browser of its own on a page of the shop. */
async function visit(path: string, javaScriptEnabled = true) {
  const viewport = { width: 1000, height: 700 };
  const { url: baseURL } = shop.shop;
  const context = await browser.newContext({ baseURL, viewport, javaScriptEnabled });
  context.setDefaultTimeout(20_000);
  onTestFinished(() => context.close());
  const sent = keepBodies(context);
  const page = await context.newPage();
  await page.goto(path);
  return { context, page, sent };
}

const heading = (page: Page, name: string) =>
  page.getByRole('heading', { level: 1, name }).waitFor();
const cookieNames = async (context: BrowserContext) =>
  (await context.cookies()).map(({ name }) => name).sort();

test('a newcomer logs in, sees the account and logs out, and no token reaches the browser', async () => {
  const { context, page, sent } = await visit('/');
  await look(page, '1-shop');
  await page.getByRole('link', { name: 'Log in' }).click();
  await heading(page, 'Log in');
  await look(page, '2-log-in');
  await logIn(page, demo);
  await heading(page, 'Your account');
  await page.getByText(demo).waitFor();
  await look(page, '3-account');

  const tokens = await tokensIn(context);
  const storage = await page.evaluate(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
  );
  expect(storage).toBe('[{},{},""]');
  await page.reload();
  const bodies = await sent.all();
  expect(bodies.some((body) => body.includes(demo))).toBe(true);
  for (const body of bodies) {
    expect(body).not.toContain(tokens.accessToken);
    expect(body).not.toContain(tokens.refreshToken);
  }
  expect(sent.urls.filter((url) => !url.startsWith(shop.shop.url))).toEqual([]);

  await page.getByRole('button', { name: 'Log out' }).click();
  await heading(page, 'Things for the home');
  await page.getByRole('link', { name: 'Log in' }).waitFor();
  expect(await cookieNames(context)).toEqual(['account-device']);
  await page.goto('/account');
  await heading(page, 'Log in');
});

test('without JavaScript it is the same', async () => {
  const { page } = await visit('/account', false);
  await logIn(page, demo);
  await heading(page, 'Your account');
  await page.getByRole('button', { name: 'Log out' }).click();
  await heading(page, 'Things for the home');
});

test('a wrong password is said, and the address need not be typed again', async () => {
  const { context, page } = await visit('/log-in');
  await logIn(page, demo, 'Wrong-Horse-7');
  const problem = page.getByRole('main').getByRole('alert');
  await problem.waitFor();
  expect(await problem.innerText()).toBe('The e-mail address or the password is wrong.');
  await look(page, '4-wrong-password');
  const email = page.getByRole('textbox', { name: 'E-mail' });
  expect([await email.inputValue(), await page.getByLabel('Password').inputValue()]).toEqual([
    demo,
    '',
  ]);
  expect(await email.getAttribute('aria-describedby')).toBe(await problem.getAttribute('id'));
  expect(await cookieNames(context)).toEqual(['account-device']);
});

test('limits and failures of Okta are told from a wrong password', async () => {
  const { page } = await visit('/log-in');
  const path = '/oauth2/default/v1/token';
  const problem = page.getByRole('main').getByRole('alert');
  for (const [status, text] of [
    [429, 'Too many attempts. Please try again in a few seconds.'],
    [503, 'We cannot log you in at the moment.'],
  ] as const) {
    const mend = shop.stack.okta.fail({ path, fault: { kind: 'answer', status } });
    await logIn(page, demo);
    await problem.getByText(text).waitFor();
    // It is not the input that is wrong.
    expect(await page.getByLabel('Password').getAttribute('aria-invalid')).toBeNull();
    await look(page, `5-okta-answers-${status}`);
    mend();
  }
});

test('a second factor is asked for: a code of the app, or one that is sent', async () => {
  const { page } = await visit('/log-in');
  const code = page.getByRole('textbox', { name: /^Code/ });
  const goOn = page.getByRole('button', { name: 'Go on' });
  await logIn(page, ada);
  await heading(page, 'One more step');
  await look(page, '6-second-factor');
  await code.fill('000000');
  await goOn.click();
  await page.getByText('The code is wrong or has expired.').waitFor();
  await look(page, '7-wrong-code');
  await code.fill(totpCode(totpSecret, shop.stack.clock.now()));
  await goOn.click();
  await page.getByText('Ada Lovelace').waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();

  await page.getByRole('link', { name: 'Log in' }).click();
  await logIn(page, ada);
  await page.getByRole('button', { name: 'Send a code to my phone' }).click();
  await page.getByText('Code that we have sent to').waitFor();
  await look(page, '8-sent-code');
  const [sent] = shop.stack.okta.outbox.to(phone).slice(-1);
  await code.fill(sent?.code ?? '');
  await goOn.click();
  await page.getByText('Ada Lovelace').waitFor();
});

test('two tabs that refresh at once keep one session', async () => {
  const { context, page } = await visit('/log-in');
  await logIn(page, demo);
  await heading(page, 'Your account');
  const other = await context.newPage();
  await other.goto('/account');
  for (let round = 0; round < 5; round += 1) {
    await expire(context, shop.shop);
    const before = await tokensIn(context);
    await Promise.all([page.reload(), other.reload()]);
    for (const tab of [page, other]) await tab.getByText(demo).waitFor();
    const after = await tokensIn(context);
    expect(after.refreshToken).not.toBe(before.refreshToken);
    expect(after.expiresAt).toBeGreaterThan(Date.now());
  }
});

test('while Okta is away the shop goes on and the customer stays logged in', async () => {
  const { context, page } = await visit('/log-in');
  await logIn(page, demo);
  await heading(page, 'Your account');
  await expire(context, shop.shop);
  const mend = shop.stack.okta.fail({
    path: '/oauth2/default/v1/token',
    fault: { kind: 'answer', status: 503 },
  });
  await page.goto('/');
  await page.getByText('You are still logged in').waitFor();
  await heading(page, 'Things for the home');
  await page.setViewportSize({ width: 390, height: 800 });
  await look(page, '9-degraded-on-a-phone');
  await page.goto('/account');
  await page.getByText('You are still logged in').waitFor();
  mend();
  await expect
    .poll(
      async () => {
        await page.goto('/account');
        return page.getByText(demo).count();
      },
      { timeout: 20_000, interval: 500 },
    )
    .toBe(1);
  await look(page, '10-account-on-a-phone');
});

test('a session that was ended elsewhere ends here', async () => {
  const { context, page } = await visit('/log-in');
  await logIn(page, demo);
  await heading(page, 'Your account');
  const tokens = await tokensIn(context);
  const { accessToken, refreshToken } = tokens;
  await shop.stack.gql(LogOutDocument, { input: { accessToken, refreshToken } });

  await page.getByRole('link', { name: 'Account' }).click();
  await page.reload();
  await page.getByText('Your session has ended. Please log in again.').waitFor();
  await look(page, '11-session-ended');
  expect(await cookieNames(context)).toEqual(['account-device']);
});
