import { inspect } from 'node:util';
import { context, propagation, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import {
  type AccountBackend,
  type BackendOptions,
  createAccountBackend,
} from '../../../src/clients/backend/index.ts';
import {
  ChangePasswordDocument,
  LogOutDocument,
  UpdateProfileDocument,
} from '../../../src/clients/storefront/documents/graphql.ts';
import { logIn, type Session } from '../../features/flows.ts';
import { password } from '../../support/accounts.ts';
import { freePort } from '../../support/free-port.ts';
import { type Stack, startStack } from '../../support/start.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';

const customers = Array.from({ length: 8 }, (_, index) => ({
  email: `customer-${index}@example.com`,
  password,
}));
let stack: Stack;
let proxy: CuttingProxy;
let backend: AccountBackend;
const service = () => {
  const { clientId, clientSecret } = stack.okta.seeded.serviceClient;
  return { id: clientId, secret: clientSecret };
};
/** What was sent to the API, by its path and the header of the request. */
const requests: { readonly path: string; readonly body: string; readonly headers: Headers }[] = [];
const countingFetch: typeof fetch = (input, init) => {
  const path = new URL(String(input)).pathname;
  requests.push({ path, body: String(init?.body), headers: new Headers(init?.headers) });
  return fetch(input, init);
};

function start(options: Partial<BackendOptions> = {}): AccountBackend {
  const started = createAccountBackend({
    url: proxy.url,
    service: service(),
    maxStaleSeconds: 30,
    fetch: countingFetch,
    ...options,
  });
  onTestFinished(() => started.close());
  return started;
}

const live = (of: AccountBackend) =>
  vi.waitFor(() => expect(of.status().state).toBe('live'), { timeout: 5_000, interval: 5 });

beforeAll(async () => {
  stack = await startStack({ seed: { users: customers } });
  proxy = await startCuttingProxy(stack.url);
  backend = createAccountBackend({
    url: proxy.url,
    service: service(),
    maxStaleSeconds: 30,
    fetch: countingFetch,
  });
});
beforeEach(async () => {
  proxy.behave('pass');
  await live(backend);
  requests.length = 0;
});
afterAll(async () => {
  backend.close();
  await proxy.close();
  await stack.close();
});

const sessionOf = (index: number): Promise<Session> => {
  const customer = customers[index];
  if (customer === undefined) throw new Error('There is no such customer.');
  return logIn(stack, customer);
};
const logOut = ({ accessToken, refreshToken }: Session) =>
  stack.gql(
    LogOutDocument,
    { input: { refreshToken } },
    { authorization: `Bearer ${accessToken}` },
  );
const refused = (of: AccountBackend, token: string) =>
  vi.waitFor(
    async () => expect(await of.validate(token)).toMatchObject({ ok: false, status: 401 }),
    {
      timeout: 1_000,
      interval: 2,
    },
  );

describe('while the stream lives', () => {
  test('a token is asked about once, and then let in from memory', async () => {
    const { accessToken } = await sessionOf(0);
    const first = await backend.validate(accessToken);
    expect(first).toMatchObject({
      ok: true,
      customer: {
        id: expect.stringMatching(/^00u/),
        login: customers[0]?.email,
        checkedBy: 'LOCAL',
      },
    });
    requests.length = 0;
    const again = await backend.authenticate({
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(again).toEqual(first);
    expect(requests).toEqual([]);
  });

  test('a log-out is heard within a second, and other sessions of the customer stay good', async () => {
    const session = await sessionOf(0);
    const other = await sessionOf(0);
    for (const { accessToken } of [session, other]) {
      expect(await backend.validate(accessToken)).toMatchObject({ ok: true });
    }
    await logOut(session);
    await refused(backend, session.accessToken);
    expect(await backend.validate(other.accessToken)).toMatchObject({ ok: true });
  });

  test('a change of the password makes the API be asked about every token of the customer', async () => {
    const session = await sessionOf(1);
    expect(await backend.validate(session.accessToken)).toMatchObject({ ok: true });
    const { data } = await stack.gql(
      ChangePasswordDocument,
      { input: { currentPassword: password, newPassword: 'Another-Horse-8' } },
      { authorization: `Bearer ${session.accessToken}` },
    );
    expect(data?.changePassword?.__typename).toBe('ChangePasswordSuccess');
    const { asked } = backend.status();
    await vi.waitFor(
      async () => {
        await backend.validate(session.accessToken);
        expect(backend.status().asked).toBeGreaterThan(asked);
      },
      { timeout: 1_000, interval: 2 },
    );
  });

  test('who waits for the same token waits for one question, and many tokens share a request', async () => {
    const tokens = (await Promise.all([2, 3, 4, 5, 6].map(sessionOf))).map(
      (one) => one.accessToken,
    );
    requests.length = 0;
    const results = await Promise.all(
      [...tokens, ...tokens, ...tokens].map((token) => backend.validate(token)),
    );
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(requests.map(({ path }) => path)).toEqual(['/graphql']);
  });

  test('profiles of many customers are read by one request, kept, and read anew when they change', async () => {
    const sessions = await Promise.all([2, 3, 4].map(sessionOf));
    const found = await Promise.all(
      sessions.map(({ accessToken }) => backend.validate(accessToken)),
    );
    requests.length = 0;
    const profiles = () =>
      Promise.all(found.map((result) => (result.ok ? result.customer.profile() : null)));
    expect((await profiles()).map((profile) => profile?.email)).toEqual(
      [2, 3, 4].map((index) => customers[index]?.email),
    );
    await profiles();
    expect(requests).toHaveLength(1);
    const [first] = sessions;
    await stack.gql(
      UpdateProfileDocument,
      { input: { displayName: 'Ada L.' } },
      { authorization: `Bearer ${first?.accessToken}` },
    );
    await vi.waitFor(
      async () => expect((await profiles())[0]).toMatchObject({ displayName: 'Ada L.' }),
      { timeout: 1_000, interval: 2 },
    );
  });

  test('a fresh check asks Okta, and what it finds out holds for all', async () => {
    const { accessToken } = await sessionOf(5);
    expect(await backend.validate(accessToken)).toMatchObject({ ok: true });
    const { clientId, clientSecret } = stack.okta.seeded.apiClient;
    await fetch(`${stack.okta.issuer}/v1/revoke`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ token: accessToken }),
    });
    // Neither hooks nor the System Log tell the API of it here.
    expect(await backend.validate(accessToken)).toMatchObject({ ok: true });
    const fresh = await backend.validate(accessToken, { fresh: true });
    expect(fresh).toMatchObject({ ok: false, status: 401, reason: 'REVOKED' });
    expect(await backend.validate(accessToken)).toMatchObject({ ok: false, status: 401 });
  });
});

describe('tokens that are not quite the same', () => {
  test.each<[string, (token: string) => string]>([
    ['cut off', (token) => token.slice(0, -1)],
    ['without its head', (token) => token.slice(1)],
    ['with its last 43 characters alone', (token) => token.slice(-43)],
    [
      'with another signature of the same end',
      (token) => `${token.slice(0, -44)}A${token.slice(-43)}`,
    ],
    ['with other claims', (token) => token.replace(/\..{4}/, '.AAAA')],
    ['with the last bits spelt in another way', respelt],
    ['with a blank behind it', (token) => `${token} `],
    ['twice', (token) => `${token} ${token}`],
  ])('a token %s is not let in by the one that is known', async (_, change) => {
    const { accessToken } = await sessionOf(6);
    expect(await backend.validate(accessToken)).toMatchObject({ ok: true });
    expect(await backend.validate(change(accessToken))).toMatchObject({ ok: false, status: 401 });
  });

  test('what is no token is refused without a question', async () => {
    expect(
      await backend.authenticate(new Headers({ authorization: 'Bearer nonsense' })),
    ).toMatchObject({
      ok: false,
      status: 401,
      reason: 'MALFORMED',
    });
    expect(await backend.authenticate({ headers: {} })).toMatchObject({ reason: 'NO_TOKEN' });
    expect(requests).toEqual([]);
  });
});

/** The last character of 342 holds four bits that decode to nothing. */
function respelt(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(token.slice(-1));
  return token.slice(0, -1) + alphabet.charAt(last ^ 1);
}

describe('while the stream is cut', () => {
  test.each(['reset', 'end'] as const)(
    'by a %s, what happened meanwhile is heard afterwards',
    async (by) => {
      const session = await sessionOf(7);
      expect(await backend.validate(session.accessToken)).toMatchObject({ ok: true });
      const { gaps } = backend.status();
      proxy.behave('refuse');
      proxy.cut(by);
      await vi.waitFor(() => expect(backend.status().state).toBe('interrupted'));
      await logOut(session);
      proxy.behave('pass');
      await live(backend);
      await refused(backend, session.accessToken);
      expect(backend.status().gaps).toBe(gaps);
    },
  );

  test('by a proxy that passes on one byte at a time, an event is heard all the same', async () => {
    const session = await sessionOf(7);
    expect(await backend.validate(session.accessToken)).toMatchObject({ ok: true });
    proxy.behave('byte by byte');
    await logOut(session);
    await refused(backend, session.accessToken);
  });

  test('and the API is gone, known tokens are let in and others are put off', async () => {
    const { accessToken } = await sessionOf(0);
    const unknown = await sessionOf(0);
    expect(await backend.validate(accessToken)).toMatchObject({ ok: true });
    proxy.behave('refuse');
    proxy.cut('reset');
    await vi.waitFor(() => expect(backend.status().state).toBe('interrupted'));
    expect(await backend.validate(accessToken)).toMatchObject({ ok: true });
    expect(await backend.validate(unknown.accessToken)).toMatchObject({
      ok: false,
      status: 503,
      reason: 'UNAVAILABLE',
      headers: { 'Retry-After': '1' },
    });
  });

  test('a verdict is asked for again once it is older than allowed', async () => {
    const impatient = start({ maxStaleSeconds: 0 });
    await live(impatient);
    const { accessToken } = await sessionOf(0);
    expect(await impatient.validate(accessToken)).toMatchObject({ ok: true });
    proxy.behave('hold');
    const elapsed = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 3_001);
    onTestFinished(() => elapsed.mockRestore());
    const { asked } = impatient.status();
    void impatient.validate(accessToken);
    expect(impatient.status().asked).toBe(asked + 1);
  });
});

describe('credentials', () => {
  test('that are refused show in the status, and a replaced secret is used at once', async () => {
    let secret = 'wrong';
    const states: string[] = [];
    const mine = start({
      service: { ...service(), secret: () => secret },
      onStatus: ({ state }) => states.push(state),
    });
    const { accessToken } = await sessionOf(0);
    await vi.waitFor(() => expect(mine.status().state).toBe('refused'));
    expect(await mine.validate(accessToken)).toMatchObject({ ok: false, status: 503 });
    expect(mine.status().problem).toContain('401');
    ({ secret } = service());
    await live(mine);
    expect(await mine.validate(accessToken)).toMatchObject({ ok: true });
    expect(states).toEqual(['refused', 'live']);
  });

  test.each<[string, Partial<BackendOptions>]>([
    ['url', { url: 'https://user:hunter2@example.com' }],
    ['url', { url: 'accounts.example.com' }],
    ['service', { service: { id: 'a:b', secret: 'hunter2' } }],
    ['service', { service: { id: 'a', secret: '' } }],
    ['maxStaleSeconds', { maxStaleSeconds: Number.NaN }],
    ['maxTokens', { maxTokens: 0 }],
    ['attributes', { attributes: ['a } b'] }],
    ['realm', { realm: 'a"b' }],
  ])('an option %s that makes no sense is named, without its value', (name, wrong) => {
    const options = { url: 'http://127.0.0.1', service: service(), maxStaleSeconds: 30, ...wrong };
    expect(() => createAccountBackend(options)).toThrow(
      new RegExp(`^The option ${name} has to be`),
    );
    expect(() => createAccountBackend(options)).not.toThrow('hunter2');
  });
});

test('an API of before the stream is asked again and again, and no answer is older than allowed', async () => {
  const old: typeof fetch = async (input, init) => {
    if (String(input).endsWith('/events')) return new Response('', { status: 404 });
    const answer = await countingFetch(input, init);
    return new Response(answer.body, { status: answer.status });
  };
  const mine = start({ fetch: old });
  const { accessToken } = await sessionOf(0);
  requests.length = 0;
  await mine.validate(accessToken);
  expect(await mine.validate(accessToken)).toMatchObject({ ok: true });
  expect(requests).toHaveLength(1);
  expect(mine.status()).toMatchObject({ state: 'interrupted', position: null });
  expect(mine.status().problem).toContain('404');
});

test('no token and no secret is in anything that is handed out, thrown or traced', async () => {
  const exporter = new InMemorySpanExporter();
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
  onTestFinished(() => {
    // Other files share this process.
    for (const api of [trace, context, propagation]) api.disable();
  });
  const mine = start({ claims: ['uid'] });
  await live(mine);
  const { accessToken } = await sessionOf(0);
  const good = await mine.validate(accessToken);
  const bad = await mine.validate(`${accessToken}A`);
  const dead = start({ url: `http://127.0.0.1:${await freePort()}` });
  const none = await dead.validate(accessToken);
  const profile = good.ok ? await good.customer.profile() : null;
  const spans = exporter.getFinishedSpans().map(({ name, attributes, events, status }) => ({
    name,
    attributes,
    events,
    status,
  }));
  expect(spans.map(({ name }) => name)).toContain('account api ValidateTokens');
  expect(good).toMatchObject({ customer: { claims: { uid: expect.stringMatching(/^00u/) } } });
  const all = [mine, mine.status(), dead.status(), good, bad, none, profile, spans];
  const text = inspect(all, { depth: null, showHidden: true });
  for (const secret of [accessToken, accessToken.slice(-40), service().secret]) {
    expect(text).not.toContain(secret);
  }
  const traced = requests.filter(({ headers }) => headers.has('traceparent'));
  expect(traced.length).toBeGreaterThan(0);
});

test('a closed backend refuses as unavailable, and leaves nothing open', async () => {
  const mine = start();
  await live(mine);
  const { accessToken } = await sessionOf(0);
  expect(await mine.validate(accessToken)).toMatchObject({ ok: true });
  mine.close();
  expect(await mine.validate(accessToken)).toMatchObject({ ok: false, status: 503 });
  expect(mine.status().state).toBe('closed');
});
