import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  basicOf,
  clientLike,
  decode,
  type Reply,
  readReply,
  sessionToken,
  token,
  userScope,
} from './oauth-calls.ts';
import { startOkta } from './start.ts';

const verifier = 'a-verifier-of-at-least-forty-three-characters';
const challenge = createHash('sha256').update(verifier).digest('base64url');
const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };

const publicApp = clientLike({ clientId: '0oaPublic', authentication: 'none', secret: null });
const other = clientLike({ clientId: '0oaOther' });
const passwordOnly = clientLike({ clientId: '0oaPasswordOnly', grantTypes: ['password'] });

const clock = { now: Date.now() };
const okta = await startOkta({
  now: () => clock.now,
  perUsernamePerSecond: 1000,
  seed: { clients: [publicApp, other, passwordOnly] },
});

beforeEach(() => okta.reset());

async function authorize(fields: Record<string, string> = {}): Promise<Reply> {
  const { clientId, redirectUri } = okta.seeded.apiClient;
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: userScope,
    state: 'some-state',
    nonce: 'some-nonce',
    prompt: 'none',
    ...fields,
  });
  const url = `${okta.issuer}/v1/authorize?${query}`;
  return readReply(await fetch(url, { redirect: 'manual' }));
}

function location(reply: Reply): URL {
  return new URL(reply.headers.get('location') ?? 'missing:');
}

async function signedIn(fields: Record<string, string> = {}): Promise<string> {
  const reply = await authorize({ ...fields, sessionToken: await sessionToken(okta) });
  return location(reply).searchParams.get('code') ?? '';
}

function exchange(code: string, fields: Record<string, string> = {}, authorization?: string) {
  const { redirectUri } = okta.seeded.apiClient;
  const grant = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
  return token(okta, { ...grant, ...fields }, authorization);
}

test('a session token buys a code, and the code buys tokens once', async () => {
  const reply = await authorize({ ...pkce, sessionToken: await sessionToken(okta) });
  expect(reply.status).toBe(302);
  expect(reply.headers.get('referrer-policy')).toBe('no-referrer');
  expect(reply.headers.get('set-cookie')).toMatch(/^sid=102\w{17};.*HttpOnly/);
  const target = location(reply);
  expect(`${target.origin}${target.pathname}`).toBe(okta.seeded.apiClient.redirectUri);
  expect([...target.searchParams.keys()]).toEqual(['code', 'state']);
  expect(target.searchParams.get('state')).toBe('some-state');

  const code = target.searchParams.get('code') ?? '';
  const tokens = await exchange(code, { code_verifier: verifier });
  expect(tokens.body).toMatchObject({ scope: userScope, expires_in: 3600 });
  expect(tokens.refresh).not.toBe('');
  expect(decode(tokens.id).claims).toMatchObject({ nonce: 'some-nonce', amr: ['pwd'] });
  expect((await exchange(code, { code_verifier: verifier })).body).toMatchObject({
    error_description: 'The authorization code is invalid or has expired.',
  });
});

test('of two exchanges of one code at once exactly one succeeds', async () => {
  const code = await signedIn();
  const replies = await Promise.all([exchange(code), exchange(code)]);
  expect(replies.map((reply) => reply.status).sort()).toEqual([200, 400]);
});

test('the answer goes where response_mode says', async () => {
  const fragment = await authorize({
    response_mode: 'fragment',
    sessionToken: await sessionToken(okta),
  });
  expect(location(fragment).hash).toMatch(/^#code=\w{43}&state=some-state$/);
  const form = await authorize({
    response_mode: 'form_post',
    sessionToken: await sessionToken(okta),
  });
  expect(form.status).toBe(200);
  expect(form.headers.get('content-type')).toContain('text/html');
  expect(form.text).toMatch(/<form[^>]+action="http:\/\/127\.0\.0\.1\/callback" method="POST">/);
  expect(form.text).toMatch(/name="code" value="\w{43}"/);
  expect(form.text).toMatch(/name="state" value="some-state"/);
});

test('the request may come as a form post', async () => {
  const { clientId, redirectUri } = okta.seeded.apiClient;
  const body = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: 'posted',
    prompt: 'none',
    sessionToken: await sessionToken(okta),
  });
  const response = await fetch(`${okta.issuer}/v1/authorize`, {
    method: 'POST',
    body,
    redirect: 'manual',
  });
  expect(location(await readReply(response)).searchParams.get('code')).toMatch(/^\w{43}$/);
});

describe('errors go back to the client', () => {
  const notLoggedIn = 'The client specified not to prompt, but the user is not logged in.';
  const rows: [string, Record<string, string>, string, string | RegExp][] = [
    ['no session token', {}, 'login_required', notLoggedIn],
    ['an unknown session token', { sessionToken: 'nope' }, 'login_required', notLoggedIn],
    ['no state', { state: '' }, 'invalid_request', /invalid 'state' parameter/],
    ['a state with other characters', { state: 'a b' }, 'invalid_request', /invalid 'state'/],
    ['no response type', { response_type: '' }, 'invalid_request', /'response_type' is missing/],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type', /not supported/],
    [
      'okta_post_message',
      { response_mode: 'okta_post_message' },
      'unsupported_response_mode',
      /query, fragment, form_post/,
    ],
    ['an unknown scope', { scope: 'openid tea' }, 'invalid_scope', /not configured/],
    ['plain PKCE', { ...pkce, code_challenge_method: 'plain' }, 'invalid_request', /S256/],
    ['a short challenge', { ...pkce, code_challenge: 'abc' }, 'invalid_request', /SHA-256/],
    [
      'a public client without PKCE',
      { client_id: publicApp.clientId },
      'invalid_request',
      /PKCE code challenge is required/,
    ],
    [
      'a client without the code grant',
      { client_id: passwordOnly.clientId },
      'unauthorized_client',
      /Configured grant types: \[password\]/,
    ],
  ];
  test.each(rows)('%s', async (_name, fields, error, description) => {
    const reply = await authorize(fields);
    expect(reply.status).toBe(302);
    const answer = location(reply).searchParams;
    expect(answer.get('error')).toBe(error);
    expect(answer.get('error_description')).toMatch(description);
    expect(answer.get('state') ?? '').toBe(fields['state'] ?? 'some-state');
  });

  test('a used and an expired session token', async () => {
    const proof = await sessionToken(okta);
    await authorize({ sessionToken: proof });
    const again = await authorize({ sessionToken: proof });
    expect(location(again).searchParams.get('error')).toBe('login_required');
    const late = await sessionToken(okta);
    clock.now += 5 * 60_000;
    const tooLate = await authorize({ sessionToken: late });
    expect(location(tooLate).searchParams.get('error')).toBe('login_required');
  });

  test('a session token of a user who was suspended meanwhile', async () => {
    const proof = await sessionToken(okta);
    okta.setStatus(okta.seeded.customer.email, 'SUSPENDED');
    const reply = await authorize({ sessionToken: proof });
    expect(location(reply).searchParams.get('error')).toBe('login_required');
  });
});

describe('errors stay on a page', () => {
  test.each([
    ['an unknown client', { client_id: '<script>' }, /Invalid value for 'client_id' parameter/],
    ['a missing redirect URI', { redirect_uri: '' }, /must be a Login redirect URI/],
    [
      'a redirect URI that differs by a slash',
      { redirect_uri: 'http://127.0.0.1/callback/' },
      /must be a Login redirect URI/,
    ],
  ])('%s', async (_name, fields, text) => {
    const reply = await authorize(fields);
    expect(reply.status).toBe(400);
    expect(reply.headers.get('location')).toBeNull();
    expect(reply.headers.get('content-type')).toContain('text/html');
    expect(reply.text).toMatch(text);
    expect(reply.text).not.toContain('<script>');
  });

  test('a dead session token without prompt=none ends at the sign-in page', async () => {
    const reply = await authorize({ prompt: '', sessionToken: 'nope' });
    expect(reply.status).toBe(200);
    expect(reply.text).toContain('Sign In');
  });
});

describe('the code is refused', () => {
  test('with the wrong verifier, and without one', async () => {
    const wrong = await exchange(await signedIn(pkce), { code_verifier: `${verifier}x` });
    expect(wrong.body).toEqual({
      error: 'invalid_grant',
      error_description: 'PKCE verification failed.',
    });
    expect((await exchange(await signedIn(pkce))).body).toEqual({
      error: 'invalid_request',
      error_description: 'PKCE code verifier is required by the application.',
    });
  });

  test('with another redirect URI', async () => {
    const reply = await exchange(await signedIn(), { redirect_uri: 'http://127.0.0.1/else' });
    expect(reply.body).toEqual({
      error: 'invalid_grant',
      error_description:
        "The 'redirect_uri' does not match the redirection URI used in the authorization request.",
    });
  });

  test('for another client', async () => {
    const reply = await exchange(await signedIn(), {}, basicOf(other));
    expect(reply.body).toMatchObject({
      error: 'invalid_grant',
      error_description: expect.stringContaining('The grant was issued to another client.'),
    });
  });

  test('after five minutes', async () => {
    const code = await signedIn();
    clock.now += 300_000;
    expect((await exchange(code)).body).toMatchObject({
      error_description: 'The authorization code is invalid or has expired.',
    });
  });
});
