import { createPrivateKey, webcrypto } from 'node:crypto';
import OktaJwtVerifier from '@okta/jwt-verifier';
import { OktaAuth, type RefreshToken, TokenKind, type TokenParams } from '@okta/okta-auth-js';
import * as client from 'openid-client';
import { beforeAll, expect, test } from 'vitest';
import type { EmbeddedOkta, SeedClient } from '../../src/embedded/handle.ts';
import { startOkta } from './start.ts';

const scope = 'openid profile email offline_access';

const spa: SeedClient = {
  clientId: '0oa1singlepage000001',
  label: 'Single-page app',
  secret: null,
  authentication: 'none',
  jwks: null,
  grantTypes: ['authorization_code', 'refresh_token'],
  redirectUris: ['http://127.0.0.1/spa'],
  refreshToken: { rotation: 'ROTATE', leewaySeconds: 30 },
  assignedGroupIds: ['EVERYONE'],
  oktaScopes: [],
};

let okta: EmbeddedOkta;

beforeAll(async () => {
  okta = await startOkta({ perUsernamePerSecond: 100, seed: { clients: [spa] } });
});

function discover(issuer: string, clientId: string, authentication: client.ClientAuth) {
  return client.discovery(new URL(issuer), clientId, undefined, authentication, {
    execute: [client.allowInsecureRequests],
  });
}

function apiClient(): Promise<client.Configuration> {
  const { clientId, clientSecret } = okta.seeded.apiClient;
  return discover(okta.issuer, clientId, client.ClientSecretBasic(clientSecret));
}

function signIn(config: client.Configuration) {
  const { email, password } = okta.seeded.customer;
  return client.genericGrantRequest(config, 'password', { username: email, password, scope });
}

test('openid-client signs in by password, refreshes, introspects and revokes', async () => {
  const config = await apiClient();
  const tokens = await signIn(config);
  expect(tokens.claims()).toMatchObject({ preferred_username: okta.seeded.customer.email });

  const next = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
  expect(next.refresh_token).not.toBe(tokens.refresh_token);
  const verdict = await client.tokenIntrospection(config, next.access_token);
  expect(verdict).toMatchObject({ active: true, username: okta.seeded.customer.email });

  const subject = tokens.claims()?.sub ?? '';
  const info = await client.fetchUserInfo(config, next.access_token, subject);
  expect(info).toMatchObject({ sub: subject, email: okta.seeded.customer.email });

  await client.tokenRevocation(config, next.refresh_token ?? '');
  expect(await client.tokenIntrospection(config, next.access_token)).toEqual({ active: false });
});

test('openid-client exchanges a code that a session token bought, without any redirect', async () => {
  const config = await apiClient();
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: okta.seeded.apiClient.redirectUri,
    scope,
    state,
    nonce,
    prompt: 'none',
    sessionToken: await sessionToken(),
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const answer = await fetch(url, { redirect: 'manual' });
  const tokens = await client.authorizationCodeGrant(
    config,
    new URL(answer.headers.get('location') ?? ''),
    { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce },
  );
  expect(tokens.claims()).toMatchObject({ nonce, amr: ['pwd'] });
});

test('openid-client gets a service token by client credentials', async () => {
  const { clientId, clientSecret, scope: serviceScope } = okta.seeded.serviceClient;
  const config = await discover(okta.issuer, clientId, client.ClientSecretBasic(clientSecret));
  const tokens = await client.clientCredentialsGrant(config, { scope: serviceScope });
  expect(tokens).toMatchObject({ scope: 'accounts.read', expires_in: 3600 });
  expect(tokens.refresh_token).toBeUndefined();
  expect(tokens.id_token).toBeUndefined();
});

test('openid-client as a service app reads users with a token of the org server', async () => {
  const { clientId, privateKeyPem, keyId } = okta.seeded.managementApp;
  const key = await webcrypto.subtle.importKey(
    'pkcs8',
    createPrivateKey(privateKeyPem).export({ type: 'pkcs8', format: 'der' }),
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const authentication = client.PrivateKeyJwt(
    { key, kid: keyId },
    {
      [client.modifyAssertion](_header, payload) {
        payload['aud'] = `${okta.url}/oauth2/v1/token`;
      },
    },
  );
  const config = await discover(okta.url, clientId, authentication);
  const tokens = await client.clientCredentialsGrant(config, { scope: 'okta.users.read' });
  const users = `${okta.url}/api/v1/users`;
  const authorization = `Bearer ${tokens.access_token}`;

  const read = await fetch(`${users}?limit=1`, { headers: { authorization } });
  expect(read.status).toBe(200);
  const write = await fetch(users, { method: 'POST', headers: { authorization }, body: '{}' });
  expect(write.status).toBe(403);
  expect(await write.text()).toBe('');
  expect(write.headers.get('www-authenticate')).toBe(
    'Bearer scope="okta.users.manage", error="insufficient_scope", error_description="The access token provided does not contain the required scopes."',
  );
});

test('okta-auth-js signs in, exchanges the code, renews, introspects and revokes', async () => {
  const auth = new OktaAuth({
    issuer: okta.issuer,
    clientId: spa.clientId,
    redirectUri: spa.redirectUris[0] ?? '',
  });
  const { email, password } = okta.seeded.customer;
  const transaction = await auth.signInWithCredentials({ username: email, password });
  const params = await auth.token.prepareTokenParams({ scopes: scope.split(' ') });
  const answer = await fetch(authorizeUrl(params, transaction.sessionToken ?? ''), {
    redirect: 'manual',
  });
  const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const { tokens } = await auth.token.exchangeCodeForTokens({ ...params, authorizationCode: code });
  expect(tokens.idToken?.claims.preferred_username).toBe(email);

  const renewed = await auth.token.renewTokensWithRefresh(
    { scopes: scope.split(' ') },
    tokens.refreshToken as RefreshToken,
  );
  const accessToken = renewed.accessToken;
  if (accessToken === undefined) throw new Error('okta-auth-js got no access token');
  expect(await auth.token.introspect(TokenKind.ACCESS, accessToken)).toMatchObject({
    active: true,
  });
  expect(await auth.token.getUserInfo(accessToken, tokens.idToken)).toMatchObject({ email });
  await auth.revokeAccessToken(accessToken);
  expect(await auth.token.introspect(TokenKind.ACCESS, accessToken)).toMatchObject({
    active: false,
  });
});

test('okta-jwt-verifier accepts the access token and the ID token', async () => {
  const config = await apiClient();
  const tokens = await signIn(config);
  const { clientId } = okta.seeded.apiClient;
  const verifier = new OktaJwtVerifier({
    issuer: okta.issuer,
    clientId,
    testing: { disableHttpsCheck: true },
  } as OktaJwtVerifier.VerifierOptions);
  const access = await verifier.verifyAccessToken(tokens.access_token, 'api://default');
  expect(access.claims).toMatchObject({ sub: okta.seeded.customer.email, cid: clientId });
  expect(access.claims.scp).toEqual(scope.split(' '));
  const nonce = undefined as unknown as string;
  const id = await verifier.verifyIdToken(tokens.id_token ?? '', clientId, nonce);
  expect(id.claims.sub).toBe(access.claims['uid']);
});

function authorizeUrl(params: TokenParams, token: string): string {
  const query = new URLSearchParams({
    client_id: spa.clientId,
    redirect_uri: spa.redirectUris[0] ?? '',
    response_type: 'code',
    scope,
    state: params.state ?? '',
    nonce: params.nonce ?? '',
    code_challenge: params.codeChallenge ?? '',
    code_challenge_method: 'S256',
    prompt: 'none',
    sessionToken: token,
  });
  return `${okta.issuer}/v1/authorize?${query}`;
}

async function sessionToken(): Promise<string> {
  const { email, password } = okta.seeded.customer;
  const answer = await fetch(`${okta.url}/api/v1/authn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: email, password }),
  });
  return String(((await answer.json()) as Record<string, unknown>)['sessionToken']);
}
