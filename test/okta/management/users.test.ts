import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OktaConfig } from '../../../src/config.ts';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { UpstreamUnavailable } from '../../../src/identity/errors.ts';
import { createOktaProvider } from '../../../src/okta/provider.ts';
import { startOkta } from '../../embedded/start.ts';
import { startRawServer } from '../http/raw-server.ts';
import { callContext, mailed, newUser, providerOn } from '../start.ts';

const context = callContext();
const ids = (count: number) =>
  Array.from({ length: count }, (_, index) => `00u${String(index).padStart(17, '0')}`);

let okta: EmbeddedOkta;
beforeAll(async () => {
  okta = await startOkta();
});
afterEach(() => okta.reset());

describe('profiles by id', () => {
  it.each([
    { profiles: 1000, chunk: 100, calls: 10 },
    { profiles: 250, chunk: 100, calls: 3 },
    { profiles: 100, chunk: 100, calls: 1 },
    { profiles: 450, chunk: 999, calls: 3 },
    { profiles: 1, chunk: 100, calls: 1 },
    { profiles: 0, chunk: 100, calls: 0 },
  ])('$profiles of them in chunks of $chunk take $calls calls', async (given) => {
    const { provider } = providerOn(okta, { userBatchSize: given.chunk });
    await provider.findUsers([...ids(given.profiles), ...ids(given.profiles)], context);
    expect(okta.requests.all()).toHaveLength(given.calls);
  });

  it('keep the request line of a chunk of 100 well under 8 kB', async () => {
    const { provider } = providerOn(okta);
    await provider.findUsers(ids(100), context);
    expect(okta.requests.all()[0]?.query.length).toBeLessThan(5000);
  });

  it('ask Okta for nothing that is no id', async () => {
    const { provider } = providerOn(okta);
    const strange = [
      'me',
      '..',
      '',
      '" or status eq "ACTIVE',
      '00u1234567890123456/',
      'x'.repeat(500),
    ];
    expect((await provider.findUsers(strange, context)).size).toBe(0);
    expect(okta.requests.all()).toEqual([]);
  });

  const bareConfig = (url: string): OktaConfig => ({
    orgUrl: url,
    issuer: `${url}/oauth2/default`,
    audience: 'api://default',
    clientId: 'client',
    clientAuthentication: () => ({ method: 'client_secret_basic', secret: 'secret' }),
    management: () => ({ method: 'ssws', apiToken: 'token' }),
    logInFlow: 'password',
    redirectUri: null,
    scopes: ['openid'],
    acceptedClientIds: ['client'],
    signUpGroupIds: [],
    userBatchSize: 10,
    callTimeoutMs: 2000,
  });

  it('are at most 4 calls at a time', async () => {
    const server = await startRawServer((response) => {
      setTimeout(() => response.setHeader('content-type', 'application/json').end('[]'), 20);
    });
    const provider = createOktaProvider(bareConfig(server.url), {
      now: Date.now,
      observe: () => {},
    });
    await provider.findUsers(ids(200), context);
    expect(server.requests()).toBe(20);
    expect(server.mostInFlight()).toBe(4);
    await provider.close();
  });

  it('stop at the first chunk that fails', async () => {
    const server = await startRawServer((response) => {
      if (server.requests() === 1) response.writeHead(503).end();
      else setTimeout(() => response.setHeader('content-type', 'application/json').end('[]'), 50);
    });
    const provider = createOktaProvider(bareConfig(server.url), {
      now: Date.now,
      observe: () => {},
    });
    await expect(provider.findUsers(ids(200), context)).rejects.toBeInstanceOf(UpstreamUnavailable);
    await vi.waitFor(() => expect([server.requests(), server.inFlight()]).toEqual([4, 0]));
    // What comes after an answer comes at once, so this is time enough for a fifth call.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.requests()).toBe(4);
    await provider.close();
  });

  it('never follow a Link to a next page', async () => {
    const elsewhere = await startRawServer((response) => response.end('[]'));
    const server = await startRawServer((response) => {
      response
        .setHeader('content-type', 'application/json')
        .setHeader('link', `<${elsewhere.url}/api/v1/users?after=x>; rel="next"`)
        .end('[]');
    });
    const provider = createOktaProvider(bareConfig(server.url), {
      now: Date.now,
      observe: () => {},
    });
    await provider.findUsers(ids(3), context);
    expect([server.requests(), elsewhere.requests()]).toEqual([1, 0]);
    await provider.close();
  });

  const profileOf = (id: string, padding: number) => ({
    id,
    status: 'ACTIVE',
    created: '2026-11-23T07:00:00.000Z',
    profile: { login: `${id}@example.com`, email: `${id}@example.com`, x: 'x'.repeat(padding) },
  });
  const startOrgOf = (padding: number) =>
    startRawServer((response, { url = '' }) => {
      const found = decodeURIComponent(url).match(/00u\d{17}/g) ?? [];
      const page = found.map((id) => profileOf(id, padding));
      response.setHeader('content-type', 'application/json').end(JSON.stringify(page));
    });

  it('come in as many calls as it takes where a page is larger than a mebibyte', async () => {
    const server = await startOrgOf(30 * 1024);
    const provider = createOktaProvider(
      { ...bareConfig(server.url), userBatchSize: 100 },
      { now: Date.now, observe: () => {} },
    );
    expect((await provider.findUsers(ids(100), context)).size).toBe(100);
    // 100, then 2 of 50, then 4 of 25.
    expect(server.requests()).toBe(1 + 2 + 4);
    await provider.close();
  });

  it('are no answer where a single one is', async () => {
    const server = await startOrgOf(1024 * 1024);
    const provider = createOktaProvider(bareConfig(server.url), {
      now: Date.now,
      observe: () => {},
    });
    await expect(provider.findUsers(ids(2), context)).rejects.toBeInstanceOf(UpstreamUnavailable);
    await provider.close();
  });

  it('contain no user that was not asked for', async () => {
    const { provider } = providerOn(okta);
    const { id } = await provider.createUser(newUser('anna@example.com'), context);
    const [listed] = await listUsers(okta.url, okta.seeded.apiToken, id);
    okta.fail({
      path: '/api/v1/users',
      fault: { kind: 'answer', status: 200, body: JSON.stringify([listed]) },
    });
    expect((await provider.findUsers(ids(1), context)).size).toBe(0);
    expect([...(await provider.findUsers([id], context)).keys()]).toEqual([id]);
  });

  it('may have attributes named like members of every object, and change none', async () => {
    const { provider } = providerOn(okta);
    const { id } = await provider.createUser(newUser('anna@example.com'), context);
    const [listed] = await listUsers(okta.url, okta.seeded.apiToken, id);
    const names = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},';
    const body = JSON.stringify([listed]).replace('"profile":{', `"profile":{${names}`);
    okta.fail({ path: '/api/v1/users', fault: { kind: 'answer', status: 200, body } });
    const user = (await provider.findUsers([id], context)).get(id);
    if (user === undefined || user instanceof Error) throw new Error('no profile', { cause: user });
    expect(user.email).toBe('anna@example.com');
    expect({}).not.toHaveProperty('polluted');
    expect(Object.getPrototypeOf(user.attributes)).toBe(Object.prototype);
  });

  it('of which one cannot be read are an error for that one, and name the place', async () => {
    const { provider, calls } = providerOn(okta);
    const { id } = await provider.createUser(newUser('anna@example.com'), context);
    const other = await provider.createUser(newUser('bert@example.com'), context);
    const list = (query: string) => listUsers(okta.url, okta.seeded.apiToken, query);
    const [[listed], [good]] = await Promise.all([list(id), list(other.id)]);
    for (const [broken, place] of [
      [{ ...listed, created: 'yesterday' }, 'created'],
      [{ ...listed, created: null }, 'created'],
      [{ ...listed, status: null }, 'status'],
      [{ ...listed, profile: {} }, 'profile.login'],
      [{ ...listed, profile: { login: 'anna', email: null } }, 'profile.email'],
      [{ ...listed, id: '../x' }, 'id'],
      [null, 'whole'],
      [7, 'id'],
    ] as const) {
      const body = JSON.stringify([broken, good]);
      okta.fail({ path: '/api/v1/users', times: 1, fault: { kind: 'answer', status: 200, body } });
      const found = await provider.findUsers([id, other.id], context);
      expect(found.get(other.id)).toMatchObject({ email: 'bert@example.com' });
      expect(found.get(id)).toBeInstanceOf(UpstreamUnavailable);
      expect(found.get(id)).toMatchObject({ cause: { code: 'UNEXPECTED_ANSWER', place } });
      expect(calls.at(-1)).toMatchObject({ failure: null, unreadable: [place] });
    }
  });

  it('can be read in a status that is new at Okta', async () => {
    const { provider, calls } = providerOn(okta);
    const { id } = await provider.createUser(newUser('anna@example.com'), context);
    const [listed] = await listUsers(okta.url, okta.seeded.apiToken, id);
    const body = JSON.stringify([{ ...listed, status: 'ON_HOLD' }]);
    okta.fail({ path: '/api/v1/users', times: 1, fault: { kind: 'answer', status: 200, body } });
    const found = await provider.findUsers([id], context);
    expect(found.get(id)).toMatchObject({ status: 'UNKNOWN', email: 'anna@example.com' });
    expect(calls.at(-1)?.unreadable).toEqual(['status']);
  });
});

async function listUsers(
  url: string,
  token: string,
  id: string,
): Promise<Record<string, unknown>[]> {
  const query = new URLSearchParams({ filter: `id eq "${id}"` });
  const headers = { authorization: `SSWS ${token}`, accept: 'application/json' };
  const response = await fetch(`${url}/api/v1/users?${query}`, { headers });
  return (await response.json()) as Record<string, unknown>[];
}

describe('a new account', () => {
  it('joins the groups of the configuration', async () => {
    const { provider, calls } = providerOn(okta, {
      signUpGroupIds: Array.from({ length: 21 }, () => '00g12345678901234567'),
    });
    const created = provider.createUser(newUser('anna@example.com'), context);
    await expect(created).rejects.toMatchObject({ detail: expect.stringContaining('E0000093') });
    expect(calls).toMatchObject([{ endpoint: 'users/create', failure: 'E0000093' }]);
    expect(okta.outbox.all()).toEqual([]);
  });

  it('has nothing that was not given', async () => {
    const { provider } = providerOn(okta);
    const user = await provider.createUser(newUser('anna@example.com'), context);
    expect(user).toMatchObject({ mobilePhone: null, displayName: null, locale: null });
  });

  it('leaves no address in a URL but that of the look-up by address, which Okta has no other for', async () => {
    const { provider } = providerOn(okta);
    await provider.createUser(newUser('anna@example.com'), context);
    await provider.logIn({ email: 'anna@example.com', password: 'Correct-Horse-7' }, context);
    await mailed(provider.passwordResetMail('anna@example.com', context));
    const token = okta.outbox.to('anna@example.com').at(-1)?.token ?? '';
    await provider.resetPassword({ token }, 'Correct-Horse-8', context);
    const urls = okta.requests.all().map(({ path, query }) => `${path}?${query}`);
    expect(urls.length).toBeGreaterThan(5);
    const told = urls.filter((url) => /anna|@|%40|Horse/i.test(url));
    expect(told).toEqual(['/api/v1/users/anna%40example.com?']);
  });
});
