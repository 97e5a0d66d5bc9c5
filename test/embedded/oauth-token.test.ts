import { beforeAll, describe, expect, test } from 'vitest';
import type { EmbeddedOkta, SeedAuthorizationServer } from '../../src/embedded/handle.ts';
import {
  basic,
  basicOf,
  clientLike,
  decode,
  post,
  sessionToken,
  signIn,
  token,
  userScope,
} from './oauth-calls.ts';
import { startOkta } from './start.ts';

const codeOnly = clientLike({ clientId: '0oaCodeOnly', grantTypes: ['authorization_code'] });
const strict: SeedAuthorizationServer = {
  id: 'strict',
  audience: 'api://strict',
  scopes: ['openid', 'offline_access', 'orders.read', 'orders.write'],
  policies: [
    {
      clientIds: ['0oaReader'],
      rules: [
        {
          grantTypes: ['password'],
          scopes: ['orders.read'],
          accessTokenLifetimeMinutes: 5,
          refreshTokenLifetimeMinutes: 0,
          refreshTokenWindowMinutes: 10,
        },
      ],
    },
  ],
};
const reader = clientLike({ clientId: '0oaReader' });
const users = [
  { email: 'locked@example.com', password: 'Right-Answer-1', status: 'LOCKED_OUT' as const },
  { email: 'expired@example.com', password: 'Right-Answer-1', status: 'PASSWORD_EXPIRED' as const },
  { email: 'suspended@example.com', password: 'Right-Answer-1', status: 'SUSPENDED' as const },
  { email: 'unassigned@example.com', password: 'Right-Answer-1', assigned: false },
];

let okta: EmbeddedOkta;

beforeAll(async () => {
  okta = await startOkta({
    perUsernamePerSecond: 1000,
    seed: { users, clients: [codeOnly, reader], authorizationServers: [strict] },
  });
});

test('a password buys an access token, a refresh token and an ID token', async () => {
  const reply = await signIn(okta);
  expect(reply.status).toBe(200);
  expect(reply.headers.get('cache-control')).toContain('no-store');
  expect(reply.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: userScope });
  const access = decode(reply.access);
  const id = decode(reply.id);
  expect(access.header).toEqual({ alg: 'RS256', kid: expect.any(String) });
  expect(access.claims).toEqual({
    ver: 1,
    jti: expect.stringMatching(/^AT\./),
    iss: okta.issuer,
    aud: 'api://default',
    iat: expect.any(Number),
    exp: Number(access.claims['iat']) + 3600,
    cid: okta.seeded.apiClient.clientId,
    uid: expect.stringMatching(/^00u\w{17}$/),
    scp: userScope.split(' '),
    auth_time: access.claims['iat'],
    sub: okta.seeded.customer.email,
  });
  expect(id.claims).toMatchObject({
    jti: expect.stringMatching(/^ID\./),
    sub: access.claims['uid'],
    aud: okta.seeded.apiClient.clientId,
    amr: ['pwd'],
    email: okta.seeded.customer.email,
    at_hash: expect.any(String),
  });
});

test('without offline_access and openid there is only an access token', async () => {
  const reply = await token(
    okta,
    { grant_type: 'client_credentials', scope: 'accounts.read' },
    basic(okta.seeded.serviceClient),
  );
  expect(Object.keys(reply.body).sort()).toEqual([
    'access_token',
    'expires_in',
    'scope',
    'token_type',
  ]);
  const { claims } = decode(reply.access);
  expect(claims).toMatchObject({ sub: okta.seeded.serviceClient.clientId, scp: ['accounts.read'] });
  expect(claims).not.toHaveProperty('uid');
  expect(claims).not.toHaveProperty('auth_time');
});

describe('the token endpoint refuses', () => {
  const wrong = [400, 'invalid_grant', 'The credentials provided were invalid.'] as const;
  const rows: [string, Record<string, string>, readonly [number, string, string]][] = [
    ['a wrong password', { password: 'nope' }, wrong],
    ['an unknown user', { username: 'nobody@example.com' }, wrong],
    ['a locked user', { username: 'locked@example.com', password: 'Right-Answer-1' }, wrong],
    ['a suspended user', { username: 'suspended@example.com', password: 'Right-Answer-1' }, wrong],
    [
      'an expired password',
      { username: 'expired@example.com', password: 'Right-Answer-1' },
      [400, 'invalid_grant', 'Password has expired.'],
    ],
    [
      'a user who is not assigned',
      { username: 'unassigned@example.com', password: 'Right-Answer-1' },
      [400, 'access_denied', 'User is not assigned to the client application.'],
    ],
    [
      'a request without a grant type',
      { grant_type: '' },
      [400, 'invalid_request', expect.stringContaining("must specify a 'grant_type'") as string],
    ],
    [
      'an unknown grant type',
      { grant_type: 'session_token' },
      [400, 'unsupported_grant_type', expect.stringContaining('Configured grant types') as string],
    ],
    [
      'a grant type that the client lacks',
      { grant_type: 'client_credentials' },
      [
        400,
        'unauthorized_client',
        'The client is not authorized to use the provided grant type. Configured grant types: [password, authorization_code, refresh_token, http://auth0.com/oauth/grant-type/mfa-otp, http://auth0.com/oauth/grant-type/mfa-oob].',
      ],
    ],
    [
      'a request without a username',
      { username: '' },
      [400, 'invalid_request', "The required parameter 'username' is missing."],
    ],
    [
      'a request without scopes',
      { scope: '' },
      [
        400,
        'invalid_scope',
        "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
      ],
    ],
    [
      'an unknown scope',
      { scope: 'openid coffee' },
      [
        400,
        'invalid_scope',
        'One or more scopes are not configured for the authorization server resource.',
      ],
    ],
    [
      'OpenID scopes without openid',
      { scope: 'profile' },
      [
        400,
        'invalid_scope',
        "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
      ],
    ],
    [
      'a service scope for a customer',
      { scope: 'openid accounts.read' },
      [
        400,
        'access_denied',
        'Some of the requested scopes were denied by the policy. Denied scopes: [accounts.read].',
      ],
    ],
  ];
  test.each(rows)('%s', async (_name, fields, [status, error, description]) => {
    const reply = await signIn(okta, fields);
    expect(reply.status).toBe(status);
    expect(reply.body).toEqual({ error, error_description: description });
  });

  test('a session token that is passed as a code', async () => {
    const reply = await token(okta, {
      grant_type: 'authorization_code',
      code: await sessionToken(okta),
      redirect_uri: okta.seeded.apiClient.redirectUri,
    });
    expect(reply.status).toBe(400);
    expect(reply.body).toEqual({
      error: 'invalid_grant',
      error_description: 'The authorization code is invalid or has expired.',
    });
  });

  test('a body that is no form', async () => {
    const response = await fetch(`${okta.issuer}/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errorCode: 'E0000021',
      errorSummary:
        'Bad request.  Accept and/or Content-Type headers likely do not match supported values.',
    });
  });
});

describe('the access policy', () => {
  const fields = { grant_type: 'password', username: '', password: '' };
  const at = (scope: string, authorization: string) => {
    const { email: username, password } = okta.seeded.customer;
    const url = `${okta.url}/oauth2/strict/v1/token`;
    return post(url, { ...fields, username, password, scope }, authorization);
  };

  test('without a rule for the client is a 401', async () => {
    const reply = await at('orders.read', basic(okta.seeded.apiClient));
    expect(reply.status).toBe(401);
    expect(reply.body).toEqual({
      error: 'access_denied',
      error_description:
        'Policy evaluation failed for this request, please check the policy configurations.',
    });
  });

  test('that denies every scope says so', async () => {
    const reply = await at('orders.write', basicOf(reader));
    expect(reply.status).toBe(400);
    expect(reply.body['error_description']).toBe(
      'Policy evaluation succeeded, but all the requested scopes were rejected.',
    );
  });

  test('sets lifetimes, and its server sets audience and issuer', async () => {
    const reply = await at('orders.read openid', basicOf(reader));
    expect(reply.body).toMatchObject({ expires_in: 300, scope: 'orders.read openid' });
    const { claims } = decode(String(reply.body['access_token']));
    expect(claims).toMatchObject({ aud: 'api://strict', iss: `${okta.url}/oauth2/strict` });
  });
});

test('an unknown authorization server is a 404 in the envelope of the management API', async () => {
  const reply = await post(`${okta.url}/oauth2/nowhere/v1/token`, {}, null);
  expect(reply.status).toBe(404);
  expect(reply.body).toMatchObject({
    errorCode: 'E0000007',
    errorSummary: 'Not found: Resource not found: nowhere (AuthorizationServer)',
  });
});

test('more than four sign-ins of one username within a second are a 429 invalid_grant', async () => {
  const clock = { now: 1_700_000_000_000 };
  const slow = await startOkta({ now: () => clock.now });
  const statuses = [];
  for (let attempt = 0; attempt < 6; attempt += 1) statuses.push((await signIn(slow)).status);
  expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  expect((await signIn(slow)).body).toEqual({
    error: 'invalid_grant',
    error_description: 'API call exceeded rate limit due to too many requests.',
  });
  clock.now += 1000;
  expect((await signIn(slow)).status).toBe(200);
  await slow.close();
});
