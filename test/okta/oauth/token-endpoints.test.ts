import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJWK } from 'jose';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClientAuthentication } from '../../../src/config.ts';
import type { EmbeddedOkta, SeedClient } from '../../../src/embedded/handle.ts';
import {
  ProviderMisconfigured,
  RateLimited,
  UpstreamUnavailable,
} from '../../../src/identity/errors.ts';
import type { Tokens } from '../../../src/identity/model.ts';
import type { IdentityProvider } from '../../../src/identity/port.ts';
import { startOkta } from '../../embedded/start.ts';
import { startRawServer } from '../http/raw-server.ts';
import { callContext, providerOn } from '../start.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const oddSecret = "s p:c%&=+ü!'()*-._~";

const context = callContext();
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' = 'pkcs8') =>
  key.export({ type, format: 'pem' }).toString();
const jwt = (privateKeyPem: string, keyId: string): ClientAuthentication => ({
  method: 'private_key_jwt',
  privateKeyPem,
  keyId,
});

async function clients(): Promise<SeedClient[]> {
  const common = {
    label: 'Account API',
    secret: null,
    jwks: null,
    grantTypes: ['password', 'authorization_code', 'refresh_token'],
    redirectUris: ['https://shop.example/callback?tenant=7'],
    refreshToken: { rotation: 'ROTATE', leewaySeconds: 0 },
    assignedGroupIds: ['EVERYONE'],
    oktaScopes: [],
  } satisfies Partial<SeedClient>;
  const keys = [
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', use: 'sig', alg: 'RS256' },
    { ...(await exportJWK(ec.publicKey)), kid: 'ec', use: 'sig', alg: 'ES256' },
  ];
  const secret = { ...common, secret: oddSecret };
  return [
    { ...secret, clientId: '0oa1basic00000000001', authentication: 'client_secret_basic' },
    { ...secret, clientId: '0oa1post000000000001', authentication: 'client_secret_post' },
    {
      ...common,
      clientId: '0oa1jwt0000000000001',
      authentication: 'private_key_jwt',
      jwks: { keys },
    },
    {
      ...secret,
      clientId: '0oa1static0000000001',
      authentication: 'client_secret_basic',
      refreshToken: { rotation: 'STATIC', leewaySeconds: 0 },
    },
  ];
}

let okta: EmbeddedOkta;
beforeAll(async () => {
  okta = await startOkta({ seed: { clients: await clients() } });
});
afterEach(() => okta.reset());

async function logIn(provider: IdentityProvider): Promise<Tokens> {
  const outcome = await provider.logIn(okta.seeded.customer, context);
  if (outcome.kind !== 'tokens') throw new Error(outcome.kind);
  return outcome.tokens;
}

describe('client authentication', () => {
  const post: ClientAuthentication = { method: 'client_secret_post', secret: oddSecret };
  const basic: ClientAuthentication = { method: 'client_secret_basic', secret: oddSecret };
  const ways: readonly (readonly [string, string, ClientAuthentication])[] = [
    ['client_secret_basic', '0oa1basic00000000001', basic],
    ['client_secret_post', '0oa1post000000000001', post],
    ['private_key_jwt, RSA', '0oa1jwt0000000000001', jwt(pem(rsa.privateKey), 'rsa')],
    ['private_key_jwt, PKCS#1', '0oa1jwt0000000000001', jwt(pem(rsa.privateKey, 'pkcs1'), 'rsa')],
    ['private_key_jwt, P-256', '0oa1jwt0000000000001', jwt(pem(ec.privateKey), 'ec')],
  ];

  it.each(ways)('by %s works at every endpoint', async (_, clientId, clientAuthentication) => {
    for (const logInFlow of ['password', 'authn'] as const) {
      const redirectUri = 'https://shop.example/callback?tenant=7';
      const config = { clientId, clientAuthentication, logInFlow, redirectUri };
      const { provider } = providerOn(okta, config);
      const tokens = await logIn(provider);
      const refreshed = await provider.refresh(tokens.refreshToken ?? '', context);
      expect(await provider.introspect(refreshed.accessToken, context)).toMatchObject({
        active: true,
        clientId,
      });
      await provider.revoke(refreshed.accessToken, 'access_token', context);
      expect(await provider.introspect(refreshed.accessToken, context)).toEqual({ active: false });
    }
  });

  it('by client_secret_basic leaves alone what Okta makes its ids and secrets of', async () => {
    const secret = 'aB-cD_eF.gH~01';
    const headers: (string | undefined)[] = [];
    // One that takes the two parts as they come, as servers do that do not decode them.
    const server = await startRawServer((response, request) => {
      headers.push(request.headers.authorization);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"active":false}');
    });
    const { provider } = providerOn(okta, {
      orgUrl: server.url,
      issuer: `${server.url}/oauth2/default`,
      clientId: '0oa1plain-id_00.~000',
      clientAuthentication: { method: 'client_secret_basic', secret },
    });
    expect(await provider.introspect('x', context)).toEqual({ active: false });
    const pair = Buffer.from(`0oa1plain-id_00.~000:${secret}`).toString('base64');
    expect(headers).toEqual([`Basic ${pair}`]);
  });

  it('by an assertion is never sent twice, since Okta takes each once', async () => {
    const fault = { kind: 'reset', when: 'after' } as const;
    const path = '/oauth2/default/v1/introspect';
    const asked = () => okta.requests.all().filter((seen) => seen.path === path).length;
    const clientAuthentication = jwt(pem(rsa.privateKey), 'rsa');
    const byKey = providerOn(okta, { clientId: '0oa1jwt0000000000001', clientAuthentication });
    okta.fail({ path, times: 1, fault });
    const broken = byKey.provider.introspect('x', context);
    await expect(broken).rejects.toBeInstanceOf(UpstreamUnavailable);
    expect(asked()).toBe(1);
    okta.fail({ path, times: 1, fault });
    expect(await providerOn(okta).provider.introspect('x', context)).toEqual({ active: false });
    expect(asked()).toBe(3);
  });

  it.each([
    ['a wrong secret', { method: 'client_secret_basic', secret: 'wrong' }, 'invalid_client'],
    [
      'a strange key',
      jwt(pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey), 'rsa'),
      'invalid_client',
    ],
  ] as const)(
    'that fails by %s is a fault of the set-up',
    async (_, clientAuthentication, code) => {
      const clientId =
        clientAuthentication.method === 'private_key_jwt'
          ? '0oa1jwt0000000000001'
          : '0oa1basic00000000001';
      const { provider } = providerOn(okta, { clientId, clientAuthentication });
      for (const call of [
        () => logIn(provider),
        () => provider.refresh('x', context),
        () => provider.introspect('x', context),
        () => provider.revoke('x', 'access_token', context),
      ]) {
        const error = await call().catch((thrown) => thrown);
        expect(error).toBeInstanceOf(ProviderMisconfigured);
        expect(error.detail).toContain(code);
      }
    },
  );

  it('of an unknown client comes in the other error format, and is read', async () => {
    const { provider } = providerOn(okta, { clientId: '0oa1nobody0000000001' });
    const error = await logIn(provider).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ProviderMisconfigured);
    expect(error.detail).toContain('invalid_client');
  });

  it('by a key of another kind is refused at the start', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const config = { clientAuthentication: jwt(pem(privateKey), 'x') };
    expect(() => providerOn(okta, config)).toThrow(TypeError);
  });
});

describe('refresh tokens', () => {
  const config = {
    clientId: '0oa1static0000000001',
    clientAuthentication: { method: 'client_secret_basic', secret: oddSecret },
  } as const;

  it('of a client without rotation go on', async () => {
    const { provider } = providerOn(okta, config);
    const { refreshToken } = await logIn(provider);
    expect((await provider.refresh(refreshToken ?? '', context)).refreshToken).toBe(refreshToken);
  });

  it('go on where Okta leaves them out of the answer', async () => {
    const { provider } = providerOn(okta, config);
    const body = JSON.stringify({ access_token: 'a', token_type: 'Bearer', expires_in: 60 });
    okta.fail({ path: '/oauth2/default/v1/token', fault: { kind: 'answer', status: 200, body } });
    const tokens = await provider.refresh('mine', context);
    expect(tokens).toMatchObject({
      refreshToken: 'mine',
      idToken: null,
      scopes: expect.arrayContaining(['openid']),
    });
  });

  it.each([
    ['another type', { token_type: 'DPoP' }],
    ['an unknown type', { token_type: 'mac' }],
    ['no end', { expires_in: undefined }],
    ['an end that is now', { expires_in: 0 }],
    ['an end in the past', { expires_in: -5 }],
    ['an end after all time', { expires_in: 1e300 }],
    ['an end in ten years and a day', { expires_in: 10 * 365 * 86_400 + 1 }],
    ['an end that is no number', { expires_in: 'soon' }],
  ])('that come with tokens of %s are no answer, and keep the session', async (_, changes) => {
    const { provider, calls } = providerOn(okta, config);
    const answer = { access_token: 'a', token_type: 'Bearer', expires_in: 60, ...changes };
    const fault = { kind: 'answer', status: 200, body: JSON.stringify(answer) } as const;
    okta.fail({ path: '/oauth2/default/v1/token', fault });
    await expect(provider.refresh('mine', context)).rejects.toBeInstanceOf(UpstreamUnavailable);
    expect(calls).toMatchObject([{ status: 200, failure: 'UNEXPECTED_ANSWER' }]);
  });

  it('are null where offline access is not among the scopes', async () => {
    const { provider } = providerOn(okta, { scopes: ['openid'] });
    expect(await logIn(provider)).toMatchObject({ refreshToken: null, scopes: ['openid'] });
  });
});

describe('authorization servers', () => {
  it.each(['password', 'authn'] as const)('can be that of the org, by %s', async (logInFlow) => {
    const { provider } = providerOn(okta, { issuer: okta.url, logInFlow });
    const { accessToken } = await logIn(provider);
    expect(await provider.introspect(accessToken, context)).toMatchObject({
      active: true,
      issuer: okta.url,
    });
    await provider.ping(context);
    const oauth = okta.requests.all().filter(({ path }) => path.includes('oauth2'));
    for (const { path } of oauth) expect(path).toMatch(/^\/oauth2\/v1\//);
  });

  it('that are not there are a fault of the set-up', async () => {
    const { provider } = providerOn(okta, { issuer: `${okta.url}/oauth2/nowhere` });
    await expect(logIn(provider)).rejects.toBeInstanceOf(ProviderMisconfigured);
    await expect(provider.ping(context)).rejects.toBeInstanceOf(ProviderMisconfigured);
  });
});

describe('an ID token', () => {
  it('is no access token, whatever the issuer says of it', async () => {
    const { provider } = providerOn(okta);
    const body = JSON.stringify({
      active: true,
      sub: '00u12345678901234567',
      aud: 'client',
      exp: 1,
    });
    okta.fail({
      path: '/oauth2/default/v1/introspect',
      fault: { kind: 'answer', status: 200, body },
    });
    expect(await provider.introspect('id token', context)).toEqual({ active: false });
  });

  it('of another client ends the log-in', async () => {
    const { provider: other } = providerOn(okta, {
      clientId: '0oa1basic00000000001',
      clientAuthentication: { method: 'client_secret_basic', secret: oddSecret },
    });
    const { idToken } = await logIn(other);
    const body = JSON.stringify({
      access_token: 'a',
      token_type: 'Bearer',
      expires_in: 60,
      id_token: idToken,
    });
    okta.fail({ path: '/oauth2/default/v1/token', fault: { kind: 'answer', status: 200, body } });
    const { provider } = providerOn(okta);
    const error = await logIn(provider).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(error.cause.message).toMatch(/^OAUTH_/);
    expect(JSON.stringify([error.cause.message, error.cause.cause])).not.toContain(idToken);
  });
});

describe('limits of Okta', () => {
  it('on one user name end after a second', async () => {
    const { provider } = providerOn(okta);
    const logIns = await Promise.allSettled(Array.from({ length: 6 }, () => logIn(provider)));
    const refused = logIns.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused as PromiseRejectedResult[]) {
      expect(reason).toBeInstanceOf(RateLimited);
      expect(reason).toMatchObject({ scope: 'UPSTREAM', retryAfterSeconds: 1 });
    }
  });

  it('on an endpoint end at the reset of its window', async () => {
    const limited = await startOkta({ rateLimits: { token: 1 } });
    const { provider, calls } = providerOn(limited);
    await logIn(provider);
    const error = await logIn(provider).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(RateLimited);
    expect(error.retryAfterSeconds).toBeGreaterThan(50);
    expect(error.retryAfterSeconds).toBeLessThanOrEqual(61);
    expect(calls.at(-1)).toMatchObject({ status: 429, rateLimit: { limit: 1, remaining: 0 } });
    await limited.close();
  });
});
