import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { parseCookies, partsOf } from '../../src/clients/storefront/session/cookies.ts';
import { createSeal } from '../../src/clients/storefront/session/seal.ts';
import { createSealedCookie } from '../../src/clients/storefront/session/sealed-cookie.ts';
import type { SessionTokens } from '../../src/clients/storefront/session/tokens.ts';
import { type Stack, startStack } from '../support/start.ts';
import { type RunningExample, startExample } from './example.ts';

const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const executablePath =
  process.env['CHROMIUM_PATH'] ?? installed.find((path) => existsSync(path));

const args = [
  ...['--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
export const launch = (): Promise<Browser> =>
  chromium.launch({ ...(executablePath !== undefined && { executablePath }), args });

export const password = 'Correct-Horse-7';
export const demo = 'demo@example.com';
/** Who has an authenticator app and a phone. */
export const phone = '+15554151337';
export const ada = 'ada@example.com';
export const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const sessionKey = '11'.repeat(32);

export interface Storefront {
  readonly stack: Stack;
  readonly shop: RunningExample;
  close(): Promise<void>;
}

/** The API on an org of its own, and the storefront before it. */
export async function openShop(): Promise<Storefront> {
  const factors = [
    { type: 'token:software:totp' as const, secret: totpSecret },
    { type: 'sms' as const, phoneNumber: phone },
  ];
  const stack = await startStack({
    seed: { users: [{ email: ada, password, firstName: 'Ada', lastName: 'Lovelace', factors }] },
  });
  const { clientId, clientSecret } = stack.okta.seeded.serviceClient;
  const env = {
    ACCOUNT_API_URL: `${stack.url}/graphql`,
    ACCOUNT_API_SERVICE_ID: clientId,
    ACCOUNT_API_SERVICE_SECRET: clientSecret,
    SESSION_KEY: sessionKey,
  };
  const next = ['node_modules/next/dist/bin/next', 'start', '-p', '0', '-H', '127.0.0.1'];
  const shop = await startExample('storefront-next', next, env, /(http:\/\/127\.0\.0\.1:\d+)/);
  return {
    stack,
    shop,
    async close() {
      await shop.stop();
      await stack.close();
    },
  };
}

const screenshots = join(tmpdir(), 'storefront-next-screenshots');
mkdirSync(screenshots, { recursive: true });

/** For people: how the page looks now. */
export async function look(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}

const sealed = createSealedCookie<SessionTokens>(
  'session',
  'account',
  createSeal([sessionKey]),
  Date.now,
);

/** The tokens in the browser's cookies, which only the key of the storefront opens. */
export async function tokensIn(context: BrowserContext): Promise<SessionTokens> {
  const cookies = await context.cookies();
  const header = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const read = await sealed.read(parseCookies(header), false);
  if (read.kind !== 'open') throw new Error('There is no session in the cookies.');
  return read.value;
}

/** As if the customer came back when the access token has expired. */
export async function expire(context: BrowserContext, { url }: RunningExample): Promise<void> {
  const tokens = { ...(await tokensIn(context)), expiresAt: Date.now() - 1_000 };
  const lines = (await sealed.write(tokens, Date.now() + 60_000, false)) ?? [];
  const cookies = lines.map(partsOf).filter(({ value }) => value !== '');
  await context.addCookies(
    cookies.map(({ name, value }) => ({ name, value, url, httpOnly: true, sameSite: 'Lax' })),
  );
}

/** Everything that a browser is sent, for a look at what is not in it. */
export function keepBodies(context: BrowserContext) {
  const bodies: Promise<string>[] = [];
  const urls: string[] = [];
  context.on('response', (response) => {
    urls.push(response.url());
    // Redirects have none.
    bodies.push(response.text().catch(() => ''));
  });
  return { urls, all: () => Promise.all(bodies) };
}

export async function logIn(page: Page, email: string, typed = password): Promise<void> {
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByLabel('Password').fill(typed);
  await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
}
