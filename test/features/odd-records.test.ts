import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  AccountConfigDocument,
  LogInDocument,
  MeDocument,
  UserDocument,
  UsersDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { type RewritingProxy, startRewritingProxy } from '../support/okta-rewrites.ts';
import { type Stack, startStack } from '../support/start.ts';
import { bearer, logIn } from './flows.ts';

const password = 'Correct-Horse-7';
const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const people = Array.from({ length: 40 }, (_, index) => ({
  id: `00ucrowd${String(index).padStart(12, '0')}`,
  email: `customer-${index}@example.com`,
  password: index < 5 ? password : null,
}));
const totp = { email: 'totp@example.com', password };
const ids = people.map(({ id }) => id);
const odd = ids[3] ?? '';

type Row = Record<string, unknown> & { readonly id: string; readonly profile: object };

/** How one user of a page may be, and the place that the log names. */
const oddities: readonly (readonly [string, (user: Row) => unknown, string])[] = [
  ['no creation time', (user) => ({ ...user, created: null }), 'created'],
  [
    'no address',
    (user) => ({ ...user, profile: { ...user.profile, email: undefined } }),
    'profile.email',
  ],
  ['a status of another type', (user) => ({ ...user, status: 7 }), 'status'],
  ['no profile', (user) => ({ ...user, profile: null }), 'profile'],
  ['null in its place', () => null, 'whole'],
  ['a word in its place', () => 'user', 'id'],
];

describe('one record of Okta that cannot be read', () => {
  let org: Stack;
  let api: Stack;
  let authn: Stack;
  let proxy: RewritingProxy;
  beforeAll(async () => {
    const users = [
      ...people,
      { ...totp, factors: [{ type: 'token:software:totp' as const, secret }] },
    ];
    org = await startStack({ seed: { users } });
    proxy = await startRewritingProxy(org.okta.url);
    const okta = { orgUrl: proxy.url };
    api = await startStack({ beside: org, okta, profileTtlSeconds: 0, metrics: true });
    authn = await startStack({ beside: org, okta, profileTtlSeconds: 0, flow: 'authn' });
    const { clientSecret } = org.okta.seeded.apiClient;
    for (const stack of [api, authn]) {
      // A client assertion would be for the address of the proxy.
      stack.replaceSecrets({
        okta: {
          clientAuthentication: { method: 'client_secret_basic', secret: clientSecret },
          management: { method: 'ssws', apiToken: org.okta.seeded.apiToken },
        },
      });
    }
  });
  beforeEach(() => proxy.rewrite(null));
  afterAll(async () => {
    await api.close();
    await authn.close();
    await org.close();
    await proxy.close();
  });

  const service = () => ({ authorization: api.basic });
  const oneUser = (change: (user: Row) => unknown) =>
    proxy.rewrite((json: never, path) =>
      path === '/api/v1/users'
        ? (json as Row[]).map((user) => (user.id === odd ? change(user) : user))
        : undefined,
    );
  const lastLine = () =>
    JSON.parse(api.logs.findLast((line) => line.includes('"request"')) ?? '{}');

  test.each(oddities)('with %s leaves the others of its page alone', async (_, change, place) => {
    oneUser(change);
    // Once as GraphQL runs it, and then compiled.
    for (let time = 0; time < 3; time += 1) {
      const { data, errors } = await api.gql(UsersDocument, { ids }, service());
      expect(data?.users?.map((user) => user?.id ?? null)).toEqual(
        ids.map((id) => (id === odd ? null : id)),
      );
      expect(errors).toMatchObject([
        { path: ['users', 3], extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true } },
      ]);
      expect(lastLine()).toMatchObject({
        failures: [{ causes: [`NoAnswer UNEXPECTED_ANSWER ${place}`] }],
        providerCalls: [
          { endpoint: 'users/list', status: 200, failure: null, unreadable: [place] },
        ],
      });
    }
    const each = await Promise.all(ids.map((id) => api.gql(UserDocument, { id }, service())));
    expect(each.filter(({ data }) => data?.user).length).toBe(39);
    expect(await api.scrape()).toMatch(
      /okta_unreadable_answers_total\{endpoint="users\/list"\} [1-9]/,
    );
  });

  test('is an error for the customer whose it is, and for no other', async () => {
    const customers = await Promise.all(
      people.slice(0, 5).map((person) => logIn(api, { email: person.email, password })),
    );
    oneUser((user) => ({ ...user, created: null }));
    const answers = await Promise.all(
      customers.map(({ accessToken }) => api.gql(MeDocument, {}, bearer(accessToken))),
    );
    expect(answers.map(({ data }) => data?.me?.id ?? null)).toEqual(
      ids.slice(0, 5).map((id) => (id === odd ? null : id)),
    );
    expect(answers[3]?.errors?.[0]?.extensions?.['code']).toBe('UPSTREAM_UNAVAILABLE');
    const verdicts = await Promise.all(
      customers.map(({ accessToken: token }) =>
        api.gql(ValidateTokenDocument, { input: { token } }, service()),
      ),
    );
    for (const { data } of verdicts) expect(data?.validateToken?.active).toBe(true);
    expect(verdicts.map(({ data }) => data?.validateToken?.user?.id ?? null)).toEqual(
      ids.slice(0, 5).map((id) => (id === odd ? null : id)),
    );
  });

  test('with only an unknown status can be read, and is no active account', async () => {
    const { accessToken } = await logIn(api, { email: people[3]?.email ?? '', password });
    oneUser((user) => ({ ...user, status: 'ON_HOLD' }));
    const { data, errors } = await api.gql(UsersDocument, { ids }, service());
    expect(errors).toBeUndefined();
    expect(data?.users?.[3]).toMatchObject({ id: odd, status: 'UNKNOWN' });
    expect(lastLine()).toMatchObject({ providerCalls: [{ unreadable: ['status'] }] });
    const me = await api.gql(MeDocument, {}, bearer(accessToken));
    expect(me.data?.me).toBeNull();
    expect(me.errors?.[0]?.extensions?.['code']).toBe('UPSTREAM_UNAVAILABLE');
    expect(lastLine().failures).toMatchObject([{ causes: ['UnknownStatus UNKNOWN_STATUS'] }]);
  });

  const oddFactors = [
    null,
    'factor',
    { id: 'x' },
    { factorType: 'token:quantum', id: 'mfa00000000000000001', status: 'ACTIVE', provider: 'OKTA' },
    { factorType: 'sms', id: 'mfa00000000000000002', status: 'HIBERNATING', profile: 'none' },
  ];

  test('among factors leaves the others in the list and at the log-in', async () => {
    proxy.rewrite((json: never, path) => {
      if (path.endsWith('/factors')) return [...oddFactors, ...(json as unknown[])];
      const { _embedded } = json as { _embedded?: { factors?: unknown[] } };
      if (!_embedded?.factors) return undefined;
      return {
        ...(json as object),
        _embedded: { ..._embedded, factors: [...oddFactors, ..._embedded.factors] },
      };
    });
    for (const stack of [api, authn]) {
      const { data } = await stack.gql(LogInDocument, { input: totp });
      const { factors } = (data?.logIn ?? {}) as { factors?: { type: string }[] };
      expect(factors?.map(({ type }) => type)).toContain('TOTP');
    }
    const line = authn.logs.findLast((one) => one.includes('"request"'));
    expect(line).toContain(
      '"unreadable":["_embedded.factors.*.whole","_embedded.factors.*.factorType"]',
    );
    const { accessToken } = await logIn(api);
    const { data, errors } = await api.gql(MeDocument, { factors: true }, bearer(accessToken));
    expect(errors).toBeUndefined();
    expect(data?.me?.factors).toEqual([]);
  });

  test('among sessions leaves the others in the list', async () => {
    const person = { email: people[4]?.email ?? '', password };
    const { accessToken } = await logIn(api, person);
    for (let more = 0; more < 3; more += 1) await logIn(api, person);
    proxy.rewrite((json: never, path) => {
      if (!path.endsWith('/tokens')) return undefined;
      const [first, second, third, fourth] = json as object[];
      const dateless = { ...third, created: null, lastUpdated: null };
      return [
        null,
        'token',
        first,
        { ...second, status: 'DORMANT' },
        dateless,
        { ...fourth, id: 7 },
      ];
    });
    const { data, errors } = await api.gql(MeDocument, { sessions: true }, bearer(accessToken));
    expect(errors).toBeUndefined();
    expect(data?.me?.sessions).toHaveLength(1);
    expect(lastLine().providerCalls).toContainEqual(
      expect.objectContaining({
        endpoint: 'users/clients/tokens/list',
        unreadable: ['whole', 'id'],
      }),
    );
  });

  test('among policies and their settings leaves the rules of the others', async () => {
    proxy.rewrite((json: never, path) =>
      path === '/api/v1/policies'
        ? [
            null,
            { id: 7, priority: 'first' },
            ...(json as { settings: object }[]).map((policy) => ({
              ...policy,
              settings: {
                ...policy.settings,
                breachedProtection: { delegatedWorkflowId: null },
                novel: [1],
              },
            })),
          ]
        : undefined,
    );
    const { data, errors } = await api.gql(AccountConfigDocument, {});
    expect(errors).toBeUndefined();
    expect(data?.accountConfig.passwordPolicy?.minLength).toBe(8);
    expect(data?.accountConfig.factorTypes).toContain('TOTP');
    expect(api.logs.join('\n')).toContain('"endpoint":"policies/list"');
  });
});
