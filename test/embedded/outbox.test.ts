import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { names } from '../support/accounts.ts';
import { call, publicCall } from './call.ts';
import { startOkta } from './start.ts';

const graphiqlUrl = 'http://127.0.0.1:4000/graphql';
const hostile = '"><img/src=x>@example.com';

let org: EmbeddedOkta;

beforeAll(async () => {
  org = await startOkta({
    seed: { users: [{ email: hostile, password: 'Tr0ub4dor&3' }] },
  });
  org.linkGraphiql(graphiqlUrl);
});
beforeEach(async () => {
  await org.reset();
});
afterAll(async () => {
  await org.close();
});

const recover = (username: string) =>
  publicCall(org, '/api/v1/authn/recovery/password', { username, factorType: 'EMAIL' });

async function page(path: string) {
  const answer = await fetch(new URL(path, org.url));
  return { status: answer.status, headers: answer.headers, html: await answer.text() };
}

test('an empty outbox says what to do', async () => {
  expect((await page('/outbox')).html).toContain('No mail yet');
});

test('mails show newest first, on the page and as JSON', async () => {
  const { customer } = org.seeded;
  await recover(customer.email);
  await call(org, ['POST', '/api/v1/users'], {
    body: { profile: { login: 'new@example.com', email: 'new@example.com', ...names } },
  });
  const answer = await fetch(`${org.url}/outbox.json`);
  expect(await answer.json()).toEqual(org.outbox.all().toReversed());
  expect(org.outbox.all()).toMatchObject([
    { kind: 'PASSWORD_RESET', to: customer.email },
    { kind: 'ACTIVATION', to: 'new@example.com' },
  ]);
  const { html } = await page('/outbox');
  const positions = ['new@example.com', customer.email].map((text) => html.indexOf(text));
  expect(positions[0]).toBeGreaterThan(0);
  expect(positions[1]).toBeGreaterThan(positions[0] ?? 0);
  for (const { token, link } of org.outbox.all()) {
    expect(html).toContain(`<code>${token}</code>`);
    expect(html).toContain(`href="${link}"`);
  }
});

test('a text message shows its code among the mails', async () => {
  const phoneNumber = '+15554151337';
  await recover(org.seeded.customer.email);
  await call(org, ['POST', `/api/v1/users/${org.seeded.customer.email}/factors`], {
    body: { factorType: 'sms', provider: 'OKTA', profile: { phoneNumber } },
  });
  const [message] = org.outbox.to(phoneNumber);
  expect(message).toMatchObject({ kind: 'SMS_CODE', token: null, link: null });
  const { html } = await page('/outbox');
  expect(html).toContain(`<code>${message?.code}</code>`);
  expect(html).not.toContain('>null<');
  const answer = await fetch(`${org.url}/outbox.json`);
  expect(await answer.json()).toMatchObject([{ kind: 'SMS_CODE' }, { kind: 'PASSWORD_RESET' }]);
});

test('the link of a mail shows the token to paste and leads to GraphiQL', async () => {
  await recover(org.seeded.customer.email);
  const [mail] = org.outbox.all();
  const { status, html } = await page(mail?.link ?? '');
  expect(status).toBe(200);
  expect(html).toContain(`<code>${mail?.token}</code>`);
  expect(html).toContain(`href="${graphiqlUrl}"`);
  expect((await page(`/reset_password/${mail?.token}`)).html).toContain(
    `<code>${mail?.token}</code>`,
  );
});

test('looking at the link does not use up the token, redeeming it does', async () => {
  await recover(org.seeded.customer.email);
  const [mail] = org.outbox.all();
  await page(mail?.link ?? '');
  await publicCall(org, '/api/v1/authn/recovery/token', { recoveryToken: mail?.token });
  const used = await page(mail?.link ?? '');
  expect(used.status).toBe(404);
  expect(used.html).not.toContain(mail?.token);
});

test('no address breaks out of the page, and the page loads nothing', async () => {
  await recover(hostile);
  const { html, headers } = await page('/outbox');
  expect(html).toContain('&quot;&gt;&lt;img/src=x&gt;@example.com');
  expect(html).not.toContain('<img');
  expect(html).not.toMatch(/<(img|iframe)\b|src="|href="https?:\/\/(?!127\.0\.0\.1)/);
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
});

test('the page reads without a style sheet and names its language', async () => {
  await recover(org.seeded.customer.email);
  const { html } = await page('/outbox');
  expect(html).toMatch(/^<!doctype html>\s*<html lang="en">/);
  expect(html.match(/<h1>/g)).toHaveLength(1);
  const [mail] = org.outbox.all();
  expect(html).toContain(`aria-labelledby="${mail?.id}-subject"`);
  expect(html).toMatch(RegExp(`<h2 id="${mail?.id}-subject">.*Reset your password</h2>`));
});

test('without GraphiQL the page shows the token alone', async () => {
  const plain = await startOkta();
  await publicCall(plain, '/api/v1/authn/recovery/password', {
    username: plain.seeded.customer.email,
    factorType: 'EMAIL',
  });
  const [mail] = plain.outbox.all();
  const answer = await fetch(mail?.link ?? '');
  expect(await answer.text()).not.toContain('GraphiQL');
  await plain.close();
});
