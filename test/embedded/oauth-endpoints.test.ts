import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  basic,
  basicOf,
  clientLike,
  decode,
  introspect,
  post,
  type Reply,
  readReply,
  refresh,
  signIn,
  token,
} from './oauth-calls.ts';
import { startOkta } from './start.ts';

const spa = clientLike({ clientId: '0oaSpa', authentication: 'none', secret: null });
const other = clientLike({ clientId: '0oaOther' });

const clock = { now: Date.now() };
const okta = await startOkta({
  now: () => clock.now,
  perUsernamePerSecond: 1000,
  seed: {
    clients: [spa, other],
    users: [{ email: 'jane@example.com', password: 'Right-Answer-1', firstName: 'Jane' }],
  },
});

beforeEach(() => okta.reset());

async function get(url: string, headers: Record<string, string> = {}): Promise<Reply> {
  return readReply(await fetch(url, { headers }));
}

describe('introspection', () => {
  test('of an access token names the user, the client and the scopes', async () => {
    const { access } = await signIn(okta, { scope: 'openid email' });
    const { claims } = decode(access);
    const reply = await introspect(okta, access);
    expect(reply.body).toEqual({
      active: true,
      token_type: 'Bearer',
      scope: 'openid email',
      client_id: okta.seeded.apiClient.clientId,
      username: okta.seeded.customer.email,
      exp: claims['exp'],
      iat: claims['iat'],
      sub: okta.seeded.customer.email,
      aud: 'api://default',
      iss: okta.issuer,
      jti: claims['jti'],
      uid: claims['uid'],
    });
  });

  test('of a service token has no user', async () => {
    const fields = { grant_type: 'client_credentials', scope: 'accounts.read' };
    const { access } = await token(okta, fields, basic(okta.seeded.serviceClient));
    const { body } = await introspect(okta, access);
    expect(body).toMatchObject({ active: true, sub: okta.seeded.serviceClient.clientId });
    expect(body).not.toHaveProperty('uid');
    expect(body).not.toHaveProperty('username');
  });

  test('of a refresh token and of an ID token', async () => {
    const tokens = await signIn(okta);
    expect((await introspect(okta, tokens.refresh)).body).toEqual({
      active: true,
      token_type: 'Bearer',
      scope: 'openid profile email offline_access',
      client_id: okta.seeded.apiClient.clientId,
      username: okta.seeded.customer.email,
      exp: Math.floor(clock.now / 1000) + 90 * 24 * 3600,
      sub: okta.seeded.customer.email,
    });
    const id = await introspect(okta, tokens.id);
    expect(id.body).toMatchObject({ active: true, aud: okta.seeded.apiClient.clientId });
  });

  test('says nothing but inactive of everything else', async () => {
    const { access } = await signIn(okta);
    const cut = access.slice(0, -4);
    for (const text of ['junk', 'a.b.c', cut, `${access}x`, '__proto__']) {
      expect((await introspect(okta, text)).text).toBe('{"active":false}');
    }
    clock.now += 3_600_000;
    expect((await introspect(okta, access)).body).toEqual({ active: false });
  });

  test('at another authorization server is inactive', async () => {
    const tokens = await signIn(okta);
    const authorization = basic(okta.seeded.apiClient);
    for (const text of [tokens.access, tokens.refresh, tokens.id]) {
      const url = `${okta.url}/oauth2/v1/introspect`;
      expect((await post(url, { token: text }, authorization)).body).toEqual({ active: false });
    }
  });

  test('asks for a client, which a public one may name in the query, and for a token', async () => {
    const { access } = await signIn(okta);
    const url = `${okta.issuer}/v1/introspect`;
    expect((await post(url, { token: access }, null)).status).toBe(401);
    const named = await post(`${url}?client_id=${spa.clientId}`, { token: access }, null);
    expect(named.body).toMatchObject({ active: true });
    const missing = await post(url, {}, basic(okta.seeded.apiClient));
    expect(missing.status).toBe(400);
    expect(missing.body['error']).toBe('invalid_request');
  });
});

describe('revocation', () => {
  const revoke = (text: string, authorization = basic(okta.seeded.apiClient)) =>
    post(`${okta.issuer}/v1/revoke`, { token: text }, authorization);

  test('of an access token leaves the refresh token', async () => {
    const tokens = await signIn(okta);
    const reply = await revoke(tokens.access);
    expect(reply.status).toBe(200);
    expect(reply.text).toBe('');
    expect((await introspect(okta, tokens.access)).body).toEqual({ active: false });
    expect((await refresh(okta, tokens.refresh)).status).toBe(200);
  });

  test('of a refresh token takes its access tokens with it', async () => {
    const tokens = await signIn(okta);
    await revoke(tokens.refresh);
    expect((await introspect(okta, tokens.access)).body).toEqual({ active: false });
    expect((await refresh(okta, tokens.refresh)).status).toBe(400);
  });

  test("answers alike for junk and for another client's tokens, which live on", async () => {
    const tokens = await signIn(okta);
    for (const text of ['junk', tokens.access, tokens.refresh]) {
      const reply = await revoke(text, basicOf(other));
      expect([reply.status, reply.text]).toEqual([200, '']);
    }
    expect((await introspect(okta, tokens.access)).body).toMatchObject({ active: true });
    expect((await introspect(okta, tokens.refresh)).body).toMatchObject({ active: true });
  });

  test('asks for a client', async () => {
    expect((await post(`${okta.issuer}/v1/revoke`, { token: 'x' }, null)).status).toBe(401);
  });
});

describe('userinfo', () => {
  const url = () => `${okta.issuer}/v1/userinfo`;

  test('gives the claims of the scopes, by GET and by POST', async () => {
    const fields = { username: 'jane@example.com', password: 'Right-Answer-1' };
    const { access } = await signIn(okta, { ...fields, scope: 'openid profile' });
    const authorization = `Bearer ${access}`;
    const reply = await get(url(), { authorization });
    expect(reply.body).toMatchObject({
      sub: decode(access).claims['uid'],
      given_name: 'Jane',
      preferred_username: 'jane@example.com',
    });
    expect(reply.body).not.toHaveProperty('email');
    const posted = await fetch(url(), { method: 'POST', headers: { authorization } });
    expect(await posted.json()).toEqual(reply.body);
  });

  test('errors stand in WWW-Authenticate, with an empty body', async () => {
    const missing = await get(url());
    expect([missing.status, missing.text]).toEqual([401, '']);
    expect(missing.headers.get('www-authenticate')).toBe(
      'Bearer error="invalid_token", error_description="The access token is invalid"',
    );
    const { access } = await signIn(okta, { scope: 'offline_access' });
    const narrow = await get(url(), { authorization: `Bearer ${access}` });
    expect([narrow.status, narrow.text]).toEqual([403, '']);
    expect(narrow.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
  });
});

test.each(['SUSPENDED', 'DEPROVISIONED', 'LOCKED_OUT'] as const)(
  'a %s user makes every endpoint say inactive, while the token still verifies',
  async (status) => {
    const tokens = await signIn(okta);
    okta.setStatus(okta.seeded.customer.email, status);
    for (const text of [tokens.access, tokens.refresh, tokens.id]) {
      expect((await introspect(okta, text)).body).toEqual({ active: false });
    }
    const authorization = `Bearer ${tokens.access}`;
    expect((await get(`${okta.issuer}/v1/userinfo`, { authorization })).status).toBe(401);
    expect((await refresh(okta, tokens.refresh)).status).toBe(400);
    const keys = createRemoteJWKSet(new URL(`${okta.issuer}/v1/keys`));
    const currentDate = new Date(clock.now);
    await expect(jwtVerify(tokens.access, keys, { currentDate })).resolves.toBeDefined();
  },
);

test('the org server signs users in too, with access tokens that only it can check', async () => {
  const { email: username, password } = okta.seeded.customer;
  const authorization = basic(okta.seeded.apiClient);
  const at = (endpoint: string, fields: Record<string, string>) =>
    post(`${okta.url}/oauth2/v1/${endpoint}`, fields, authorization);
  const grant = { grant_type: 'password', username, password, scope: 'openid offline_access' };
  const { body } = await at('token', grant);
  const [access, id] = [String(body['access_token']), String(body['id_token'])];
  const keys = createRemoteJWKSet(new URL(`${okta.url}/oauth2/v1/keys`));
  const options = { currentDate: new Date(clock.now), issuer: okta.url };
  await expect(jwtVerify(id, keys, options)).resolves.toBeDefined();
  await expect(jwtVerify(access, keys, options)).rejects.toThrow('no applicable key');
  expect((await at('introspect', { token: access })).body).toMatchObject({
    active: true,
    username,
  });
  expect((await introspect(okta, access)).body).toEqual({ active: false });
  const next = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
  expect((await at('token', next)).status).toBe(200);
});

describe('keys', () => {
  const published = async () => {
    const reply = await get(`${okta.issuer}/v1/keys`);
    return reply.body as unknown as JSONWebKeySet;
  };

  test('may be kept, and are not limited', async () => {
    const reply = await get(`${okta.issuer}/v1/keys`);
    expect(reply.headers.get('cache-control')).toMatch(/^max-age=\d+, must-revalidate$/);
    expect(reply.headers.get('x-rate-limit-limit')).toBeNull();
    expect((await published()).keys).toEqual(
      [0, 1].map(() => ({
        kty: 'RSA',
        alg: 'RS256',
        use: 'sig',
        kid: expect.stringMatching(/^[\w-]{43}$/),
        e: 'AQAB',
        n: expect.stringMatching(/^[\w-]+$/),
      })),
    );
  });

  test('rotate without a gap: the next key was known before, the old one stays until it is retired', async () => {
    const before = await published();
    const old = await signIn(okta);
    await okta.rotateKeys();
    const fresh = await signIn(okta);
    expect(decode(fresh.access).header['kid']).not.toBe(decode(old.access).header['kid']);
    const options = { currentDate: new Date(clock.now) };
    const known = createLocalJWKSet(before);
    await expect(jwtVerify(fresh.access, known, options)).resolves.toBeDefined();

    const after = await published();
    expect(after.keys).toHaveLength(3);
    const stillKnown = createLocalJWKSet(after);
    await expect(jwtVerify(old.access, stillKnown, options)).resolves.toBeDefined();

    okta.retireOldKeys();
    const last = createLocalJWKSet(await published());
    await expect(jwtVerify(old.access, last, options)).rejects.toThrow();
    await expect(jwtVerify(fresh.access, last, options)).resolves.toBeDefined();
  });
});

test('discovery names the endpoints of its own server', async () => {
  const servers = { [okta.issuer]: `${okta.issuer}/v1`, [okta.url]: `${okta.url}/oauth2/v1` };
  for (const [issuer, base] of Object.entries(servers)) {
    const openId = await get(`${issuer}/.well-known/openid-configuration`);
    expect(openId.body).toMatchObject({
      issuer,
      token_endpoint: `${base}/token`,
      authorization_endpoint: `${base}/authorize`,
      jwks_uri: `${base}/keys`,
      introspection_endpoint: `${base}/introspect`,
      revocation_endpoint: `${base}/revoke`,
      userinfo_endpoint: `${base}/userinfo`,
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
    const oauth = await get(`${issuer}/.well-known/oauth-authorization-server`);
    expect(oauth.body).toMatchObject({ issuer, token_endpoint: `${base}/token` });
    expect(oauth.body).not.toHaveProperty('userinfo_endpoint');
  }
});

test('discovery names nothing that the org does not have', async () => {
  const { body } = await get(`${okta.issuer}/.well-known/openid-configuration`);
  const endpoints = Object.entries(body).filter(([name]) => /_(endpoint|uri)$/.test(name));
  expect(endpoints).toHaveLength(6);
  for (const [, url] of endpoints) expect((await get(String(url))).status).not.toBe(404);
  expect(body['response_modes_supported']).not.toContain('okta_post_message');
});
