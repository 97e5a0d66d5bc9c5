import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import {
  LogInDenied,
  ProviderMisconfigured,
  UpstreamUnavailable,
} from '../../../src/identity/errors.ts';
import { startOkta } from '../../embedded/start.ts';
import { startRawServer } from '../http/raw-server.ts';
import { callContext, providerOn } from '../start.ts';

const context = callContext();
const authorize = '/oauth2/default/v1/authorize';

let okta: EmbeddedOkta;
beforeAll(async () => {
  okta = await startOkta();
});
afterEach(() => okta.reset());

const flow = (redirectUri?: string) =>
  providerOn(okta, { logInFlow: 'authn', ...(redirectUri === undefined ? {} : { redirectUri }) });
const logIn = async (redirectUri?: string) =>
  flow(redirectUri).provider.logIn(okta.seeded.customer, context);
const redirectTo = (location: string) =>
  okta.fail({ path: authorize, fault: { kind: 'answer', status: 302, headers: { location } } });
const callback = () => okta.seeded.apiClient.redirectUri;

describe('the walk from a session token to tokens', () => {
  it('is three calls, without a cookie and with nothing but the session token secret in a URL', async () => {
    const { provider, calls } = flow();
    await provider.logIn(okta.seeded.customer, context);
    await provider.logIn(okta.seeded.customer, context);
    const one = ['authn', 'authorize', 'token/authorization_code'];
    expect(calls.map(({ endpoint }) => endpoint)).toEqual([...one, ...one]);
    const requests = okta.requests.all();
    for (const { headers } of requests) expect(headers['cookie']).toBeUndefined();
    const query = new URLSearchParams(requests[1]?.query);
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: 'code',
      prompt: 'none',
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{20,}$/),
      nonce: expect.stringMatching(/^[\w-]{20,}$/),
      sessionToken: expect.stringMatching(/./),
    });
    expect(query.has('client_secret')).toBe(false);
    const again = new URLSearchParams(requests[4]?.query);
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(again.get(name)).not.toBe(query.get(name));
    }
  });

  it('asks for no nonce where no ID token is asked for', async () => {
    const { provider } = providerOn(okta, { logInFlow: 'authn', scopes: ['offline_access'] });
    await provider.logIn(okta.seeded.customer, context).catch(() => undefined);
    const sent = okta.requests.all().find(({ path }) => path === authorize);
    expect(new URLSearchParams(sent?.query).has('nonce')).toBe(false);
  });

  it('needs a redirect URI that Okta knows', async () => {
    const error = await logIn('https://elsewhere.example/callback').catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ProviderMisconfigured);
    expect(error.detail).toContain('redirect_uri');
    expect(() => providerOn(okta, { logInFlow: 'authn', redirectUri: null })).toThrow(TypeError);
  });

  it.each([
    ['another place', () => 'https://elsewhere.example/callback?code=x&state=y'],
    ['another path', () => `${callback()}/more?code=x&state=y`],
    ['a relative place', () => '/callback?code=x'],
    ['a foreign state', () => `${callback()}?code=x&state=y`],
    ['no state', () => `${callback()}?code=x`],
    ['an error of a foreign state', () => `${callback()}?error=access_denied&state=y`],
  ])('stops at a redirect to %s', async (_, location) => {
    redirectTo(location());
    await expect(logIn()).rejects.toBeInstanceOf(UpstreamUnavailable);
    const sent = okta.requests.all().filter(({ path }) => path.endsWith('/token'));
    expect(sent).toEqual([]);
  });

  it('takes no code that went elsewhere, even with its own state', async () => {
    const org = await startRawServer((response, request) => {
      const url = new URL(request.url ?? '', 'http://org');
      if (url.pathname === '/api/v1/authn') {
        response.end(JSON.stringify({ status: 'SUCCESS', sessionToken: 'x' }));
        return;
      }
      const callback = `https://elsewhere.example/callback?code=x&state=${url.searchParams.get('state')}`;
      response.writeHead(302, { location: callback }).end();
    });
    const issuer = `${org.url}/oauth2/default`;
    const config = { logInFlow: 'authn', orgUrl: org.url, issuer } as const;
    const { provider, calls } = providerOn(okta, config);
    const logIn = provider.logIn(okta.seeded.customer, context);
    await expect(logIn).rejects.toBeInstanceOf(UpstreamUnavailable);
    expect(calls.map(({ endpoint }) => endpoint)).toEqual(['authn', 'authorize']);
  });

  it('stops at a sign-in page', async () => {
    const page = {
      kind: 'answer',
      status: 200,
      body: '<html>',
      headers: { 'content-type': 'text/html' },
    } as const;
    okta.fail({ path: authorize, fault: page });
    await expect(logIn()).rejects.toBeInstanceOf(UpstreamUnavailable);
  });
});

describe('a state of /api/v1/authn', () => {
  const state = (body: object) =>
    okta.fail({
      path: '/api/v1/authn',
      fault: { kind: 'answer', status: 200, body: JSON.stringify(body) },
    });

  it.each(['MFA_REQUIRED', 'MFA_ENROLL', 'PASSWORD_WARN', 'RECOVERY', 'SOMETHING_NEW'])(
    'that a password alone does not pass denies the log-in: %s',
    async (status) => {
      state({ status, stateToken: '00x', expiresAt: '2026-11-23T08:00:00.000Z', _embedded: {} });
      await expect(logIn()).rejects.toBeInstanceOf(LogInDenied);
    },
  );

  it('that lacks what it implies is no answer', async () => {
    for (const body of [{ status: 'SUCCESS' }, { status: 'PASSWORD_EXPIRED', stateToken: '00x' }]) {
      state(body);
      await expect(logIn()).rejects.toBeInstanceOf(UpstreamUnavailable);
    }
  });

  it('carries on at an expired password until it expires itself', async () => {
    state({ status: 'PASSWORD_EXPIRED', stateToken: '00x', expiresAt: '2026-11-23T08:00:00.000Z' });
    expect(await logIn()).toEqual({
      kind: 'passwordExpired',
      continuation: '00x',
      expiresAt: new Date('2026-11-23T08:00:00.000Z'),
    });
  });
});
