import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { publicCall } from './call.ts';
import { startOkta } from './start.ts';

const graphiqlUrl = 'http://127.0.0.1:4000/graphql';
const hostile = '"><img/src=x>@example.com';
const paths = ['/', '/outbox', '/push', '/users', '/log'];

let org: EmbeddedOkta;
beforeAll(async () => {
  org = await startOkta({
    seed: {
      users: [
        { email: hostile, password: 'Tr0ub4dor&3', firstName: '<script>', lastName: "'&" },
        {
          email: 'sms@example.com',
          password: 'Tr0ub4dor&3',
          factors: [{ type: 'sms', phoneNumber: '+15554151337' }],
        },
      ],
    },
  });
  org.linkGraphiql(graphiqlUrl);
  await publicCall(org, '/api/v1/authn', { username: hostile, password: 'wrong' });
  await publicCall(org, '/api/v1/authn', { username: hostile, password: 'Tr0ub4dor&3' });
  await publicCall(org, '/api/v1/authn/recovery/password', {
    username: hostile,
    factorType: 'EMAIL',
  });
});
afterAll(() => org.close());

async function page(path: string) {
  const answer = await fetch(new URL(path, org.url));
  return { status: answer.status, headers: answer.headers, html: await answer.text() };
}

test.each(paths)('%s links to every other page and to GraphiQL', async (path) => {
  const { status, html } = await page(path);
  expect(status).toBe(200);
  for (const other of [...paths, graphiqlUrl]) expect(html).toContain(`<a href="${other}"`);
});

test.each(paths)('%s escapes what people have typed, and lets no other script in', async (path) => {
  const { html, headers } = await page(path);
  expect(html).not.toMatch(/<img|<script>'/);
  const scripts = [...html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)];
  const styles = [...html.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)];
  expect([scripts.length, styles.length]).toEqual([1, 1]);
  const policy = headers.get('content-security-policy') ?? '';
  for (const [, text = ''] of [...scripts, ...styles]) {
    expect(policy).toContain(createHash('sha256').update(text).digest('base64'));
  }
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
});

test('the overview names each app with its id and secret, and the credentials of the seed', async () => {
  const { html } = await page('/');
  const { customer, apiClient, serviceClient, apiToken, managementApp } = org.seeded;
  for (const text of [
    ...[customer.email, customer.password, apiToken, org.issuer],
    ...[apiClient.clientId, apiClient.clientSecret, serviceClient.clientId],
    ...[serviceClient.clientSecret, managementApp.clientId],
  ]) {
    expect(html).toContain(`data-copy="${text}"`);
  }
});

test('the users are there with their status and factors, and a link to their mails', async () => {
  const { html } = await page('/users');
  expect(html).toContain('&quot;&gt;&lt;img/src=x&gt;@example.com');
  expect(html).toContain('sms');
  const [, id = ''] = /\/outbox\?user=(\w+)/.exec(html) ?? [];
  const theirs = await page(`/outbox?user=${id}`);
  expect(theirs.html).toContain('Reset your password');
  const nobodys = await page('/outbox?user=00u1');
  expect(nobodys.html).not.toContain('Reset your password');
});

test('the System Log shows the newest first, with what failed', async () => {
  const { html } = await page('/log');
  const events = org.events.all();
  expect(events.length).toBeGreaterThan(1);
  expect(html).toContain('INVALID_CREDENTIALS');
  const first = html.indexOf(`datetime="${events.at(-1)?.published}"`);
  const last = html.indexOf(`datetime="${events[0]?.published}"`);
  expect(first).toBeGreaterThan(0);
  expect(last).toBeGreaterThanOrEqual(first);
});

test('the heading of a mail names its recipient', async () => {
  const { html } = await page('/outbox');
  expect(html).toMatch(
    /<h2[^>]*>.*To &quot;&gt;&lt;img\/src=x&gt;@example.com: Reset your password<\/h2>/,
  );
});

test('the two requests of the overview, run in a shell, end in invalid_grant', async () => {
  const { html } = await page('/');
  const [, script = ''] = /data-copy="(SESSION_TOKEN=[^"]*(?:&quot;[^"]*)*)"/.exec(html) ?? [];
  const text = script.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
  const curl = await promisify(execFile)('sh', ['-c', 'command -v curl']).catch(() => null);
  if (curl === null) {
    process.stderr.write('No curl found: the commands of the overview are not run.\n');
    return;
  }
  const { stdout } = await promisify(execFile)('sh', ['-c', text]);
  expect(JSON.parse(stdout)).toEqual({
    error: 'invalid_grant',
    error_description: 'The authorization code is invalid or has expired.',
  });
});

test('only the page of GraphiQL may read the mails from another origin', async () => {
  const allowed = async (origin: string) => {
    const answer = await fetch(`${org.url}/outbox.json`, { headers: { origin } });
    return answer.headers.get('access-control-allow-origin');
  };
  expect(await allowed('http://127.0.0.1:4000')).toBe('http://127.0.0.1:4000');
  expect(await allowed('http://localhost:4000')).toBe('http://localhost:4000');
  for (const other of [
    'http://127.0.0.1:4001',
    'https://127.0.0.1:4000',
    'http://evil.example',
    'null',
  ]) {
    expect(await allowed(other)).toBeNull();
  }
});
