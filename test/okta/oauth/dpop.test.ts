import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { EmbeddedOkta, SeenRequest } from '../../../src/embedded/handle.ts';
import { ProviderMisconfigured } from '../../../src/identity/errors.ts';
import { loadOktaSdk } from '../../../src/okta/management/sdk.ts';
import { createDpop } from '../../../src/okta/oauth/dpop.ts';
import { createOktaProvider } from '../../../src/okta/provider.ts';
import { decode } from '../../embedded/oauth-calls.ts';
import { startOkta } from '../../embedded/start.ts';
import { embeddedConfig } from '../embedded-config.ts';
import { startRawServer } from '../http/raw-server.ts';
import { createServiceApp, type ServiceApp } from '../service-app.ts';
import { callContext, newUser, providerOn } from '../start.ts';

const context = callContext();
const someIds = ['00u12345678901234567'];
const day = 24 * 3_600_000;

let okta: EmbeddedOkta;
let app: ServiceApp;
let clock = Date.now();
const now = () => clock;
beforeAll(async () => {
  app = await createServiceApp({ requiresDpop: true });
  await loadOktaSdk();
  okta = await startOkta({ now, seed: { clients: [app.client] } });
});
afterEach(() => okta.reset());

const started = () => providerOn(okta, { management: app.management }, now);
const at = (path: string) => okta.requests.all().filter((request) => request.path === path);
const tokenCalls = () => at('/oauth2/v1/token');
const proofOf = ({ headers }: SeenRequest) => decode(headers['dpop'] ?? '');
const claimsOf = (request: SeenRequest | undefined) =>
  request === undefined ? {} : proofOf(request).claims;

describe('a service app of which Okta demands DPoP', () => {
  it('gets a token after one handshake for calls that come together', async () => {
    const { provider, calls } = started();
    await Promise.all(Array.from({ length: 20 }, () => provider.findUsers(someIds, context)));
    await provider.findUsers(someIds, context);
    expect(tokenCalls().map(({ status }) => status)).toEqual([400, 400, 200]);
    expect(calls.slice(0, 3).map(({ failure }) => failure)).toEqual([
      'invalid_dpop_proof',
      'use_dpop_nonce',
      null,
    ]);
    expect(tokenCalls()[0]?.headers['dpop']).toBeUndefined();
    expect(claimsOf(tokenCalls()[1])).not.toHaveProperty('nonce');
    expect(claimsOf(tokenCalls()[2])).toMatchObject({ nonce: expect.stringMatching(/^\S{32}$/) });
  });

  it('sends every call with a proof of its own, for its method and its address', async () => {
    const { provider } = started();
    const user = await provider.createUser(newUser('anna@example.com'), context);
    await provider.findUsers([user.id, ...someIds], context);
    await provider.deleteAccount(user.id, context);
    const sent = okta.requests.all().filter(({ headers }) => headers['dpop'] !== undefined);
    const api = sent.filter(({ path }) => path.startsWith('/api/v1/'));
    expect(new Set(api.map(({ method }) => method))).toEqual(new Set(['GET', 'POST', 'DELETE']));
    for (const request of api) {
      const { header, claims } = proofOf(request);
      expect(header).toMatchObject({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty: 'EC' } });
      expect(header['jwk']).not.toHaveProperty('d');
      expect(claims).toMatchObject({ htm: request.method, htu: `${okta.url}${request.path}` });
      expect(claims['ath']).toMatch(/^[\w-]{43}$/);
      expect(request.headers['authorization']).toMatch(/^DPoP ey/);
    }
    expect(new Set(sent.map((request) => claimsOf(request)['jti'])).size).toBe(sent.length);
    expect(new Set(sent.map((request) => JSON.stringify(proofOf(request).header))).size).toBe(1);
  });

  it('shares its key and its nonce with the clients of other scopes', async () => {
    const { provider } = started();
    await provider.findUsers(someIds, context);
    await provider.passwordPolicy(context);
    expect(tokenCalls().map(({ status }) => status)).toEqual([400, 400, 200, 200]);
  });

  it('makes a key for the next call where none could be made', async () => {
    const { provider } = started();
    const failing = vi.spyOn(crypto.subtle, 'generateKey').mockRejectedValueOnce(new Error('no'));
    onTestFinished(() => failing.mockRestore());
    await expect(provider.findUsers(someIds, context)).rejects.toThrow();
    expect(await provider.findUsers(someIds, context)).toBeDefined();
  });

  it('has another key in another process', async () => {
    for (const { provider } of [started(), started()]) await provider.findUsers(someIds, context);
    const keys = at('/api/v1/users').map((request) => JSON.stringify(proofOf(request).header));
    expect(new Set(keys).size).toBe(2);
  });

  it('has a new key after its credential was replaced', async () => {
    const config = embeddedConfig(okta);
    let { management } = app;
    const provider = createOktaProvider(
      { ...config, management: () => management },
      { now, observe: () => undefined },
    );
    await provider.findUsers(someIds, context);
    management = { ...management };
    await provider.findUsers(someIds, context);
    await provider.close();
    const keys = at('/api/v1/users').map((request) => JSON.stringify(proofOf(request).header));
    expect(new Set(keys).size).toBe(2);
    expect(tokenCalls()).toHaveLength(6);
  });

  it('takes the nonce of an answer over, and goes on when an old one has expired', async () => {
    const { provider } = started();
    await provider.findUsers(someIds, context);
    clock += 2 * day;
    await provider.findUsers(someIds, context);
    expect(tokenCalls()).toHaveLength(4);
    clock += 2 * day;
    await provider.findUsers(someIds, context);
    // The nonce of the second token is two days old.
    expect(tokenCalls()).toHaveLength(5);
    clock += 4 * day;
    await provider.findUsers(someIds, context);
    expect(tokenCalls().map(({ status }) => status)).toEqual([400, 400, 200, 200, 200, 400, 200]);
  });

  it('makes a new proof to go again where Okta wants a nonce at the API', async () => {
    const { provider } = started();
    await provider.findUsers(someIds, context);
    const challenge = 'DPoP algs="RS256 ES256", error="use_dpop_nonce"';
    for (const status of [400, 401]) {
      okta.requests.clear();
      okta.fail({
        path: '/api/v1/users',
        times: 1,
        fault: {
          kind: 'answer',
          status,
          headers: { 'www-authenticate': challenge, 'dpop-nonce': `nonce-${status}` },
        },
      });
      const user = await provider.createUser(newUser(`anna${status}@example.com`), context);
      expect(user.email).toBe(`anna${status}@example.com`);
      expect(tokenCalls()).toEqual([]);
      expect(claimsOf(at('/api/v1/users').at(-1))['nonce']).toBe(`nonce-${status}`);
    }
  });

  it.each([
    ['a 429', { kind: 'answer', status: 429, headers: { 'x-rate-limit-reset': '0' } }],
    ['a broken connection', { kind: 'reset', when: 'after' }],
  ] as const)('makes a new proof to go again after %s', async (_what, fault) => {
    const { provider } = started();
    await provider.findUsers(someIds, context);
    okta.requests.clear();
    okta.fail({ path: '/api/v1/users', times: 1, fault });
    await provider.findUsers(someIds, context);
    const ids = at('/api/v1/users').map((request) => claimsOf(request)['jti']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
  });

  it('gets a new token after a 401, bound to the same key', async () => {
    const { provider } = started();
    await provider.findUsers(someIds, context);
    okta.fail({ path: '/api/v1/users', times: 1, fault: { kind: 'answer', status: 401 } });
    await provider.findUsers(someIds, context);
    expect(tokenCalls().map(({ status }) => status)).toEqual([400, 400, 200, 200]);
  });

  it.each([
    [
      'Bearer scope="okta.users.manage", error="insufficient_scope"',
      /needs the scope okta\.users\./,
    ],
    ['DPoP error="invalid_dpop_proof", error_description="x"', /check the clock of this machine/],
    ['DPoP error="invalid_token", Negotiate YII==', /invalid_token/],
  ])('reads a refusal of the API as without DPoP: %s', async (challenge, detail) => {
    const { provider } = started();
    const headers = { 'www-authenticate': challenge };
    okta.fail({ path: '/api/v1/users', fault: { kind: 'answer', status: 403, headers } });
    const error = await provider.findUsers(someIds, context).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ProviderMisconfigured);
    expect(error.detail).toMatch(detail);
  });

  it('dates its proofs by the clock that dates its client assertions', async () => {
    const { provider } = started();
    await provider.findUsers(someIds, context);
    for (const request of at('/api/v1/users')) {
      expect(claimsOf(request)['iat']).toBe(Math.floor(clock / 1000));
    }
  });

  it('is misconfigured where Okta refuses its proofs, and begins anew', async () => {
    const { provider } = started();
    const refusal = JSON.stringify({
      error: 'invalid_dpop_proof',
      error_description: "'htu' claim in the DPoP proof JWT is invalid.",
    });
    okta.fail({
      path: '/oauth2/v1/token',
      times: 2,
      fault: { kind: 'answer', status: 400, body: refusal },
    });
    const error = await provider.findUsers(someIds, context).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ProviderMisconfigured);
    expect(error.detail).toMatch(
      /'htu' claim .* check the clock of this machine, that OKTA_ISSUER/,
    );
    expect(tokenCalls()).toHaveLength(2);
    await provider.findUsers(someIds, context);
    expect(tokenCalls().map(({ status }) => status)).toEqual([400, 400, 400, 400, 200]);
  });
});

describe('a service app whose setting is changed', () => {
  /** Answers of /token, oldest first: what it issues, and whether it demands a proof. */
  async function startChanging(plan: { demands: boolean; type: 'Bearer' | 'DPoP' }[]) {
    const schemes: string[] = [];
    const server = await startRawServer((response, { url, headers }) => {
      const isToken = url === '/oauth2/v1/token';
      if (!isToken) schemes.push(headers.authorization?.split(' ')[0] ?? '');
      const [now] = plan;
      const isRefused = isToken && now?.demands === true && headers['dpop'] === undefined;
      if (isToken && !isRefused) plan.shift();
      const issued = { access_token: 'x', token_type: now?.type, expires_in: 3600 };
      const tokenAnswer = isRefused ? { error: 'invalid_dpop_proof' } : issued;
      response.writeHead(isRefused ? 400 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isToken ? tokenAnswer : []));
    });
    return { ...server, schemes };
  }

  it('goes over to DPoP with its next token, and back, and says so each time', async () => {
    const bearer = { demands: false, type: 'Bearer' } as const;
    const bound = { demands: true, type: 'DPoP' } as const;
    const org = await startChanging([bearer, bound, bearer, bearer, bound]);
    const changes: boolean[] = [];
    const provider = createOktaProvider(
      { ...embeddedConfig({ ...okta, url: org.url }), management: () => app.management },
      {
        now,
        observe: () => undefined,
        dpop: createDpop({ now, onChange: (isBound) => changes.push(isBound) }),
      },
    );
    onTestFinished(() => provider.close());
    for (let tokens = 0; tokens < 5; tokens += 1) {
      await provider.findUsers(someIds, context);
      clock += day;
    }
    expect(org.schemes).toEqual(['Bearer', 'DPoP', 'Bearer', 'Bearer', 'DPoP']);
    expect(changes).toEqual([true, false, true]);
    // Without a proof first, but where the token before was bound: 1, 2, 1, 1, 2.
    expect(org.requests()).toBe(5 + 7);
  });
});
