import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  ChangePasswordDocument,
  TypedDocumentString,
  UserDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { bearer, logIn } from '../features/flows.ts';
import { type SpawnedApi, spawnApi } from '../support/program.ts';
import { type Stack, startStack } from '../support/start.ts';

/** The example of docs/federation.md, as its reader starts it: two more processes on free ports. */
const programs: SpawnedApi[] = [];
const startExample = async (name: string, env: Record<string, string>) => {
  const program = spawnApi({ args: [`deploy/router/${name}.mjs`], env: { ...env, PORT: '0' } });
  programs.push(program);
  return vi.waitFor(
    () => {
      const [, url] = / at (http\S+)/.exec(program.output()) ?? [];
      if (url === undefined) throw new Error(`Not up yet: ${program.output()}`);
      return url;
    },
    { timeout: 60_000, interval: 100 },
  );
};

const own = '00udemo0000000000001';
const other = '00uother000000000001';
const demo = { email: 'demo@example.com', password: 'Correct-Horse-7' };
const users = [
  { id: own, ...demo },
  { id: other, email: 'other@example.com', password: demo.password },
];

interface Order {
  readonly id: string;
  readonly customer: { readonly email: string } | null;
}
const PageDocument = new TypedDocumentString<
  {
    me: { email: string; user: { orders: readonly { id: string }[] } } | null;
    orders: readonly Order[];
  },
  Record<string, never>
>(`{
  me { email user { orders { id } } }
  orders { id customer { email } }
}`);
const withOwn = { email: demo.email, user: { orders: [{ id: '1' }] } };

let stack: Stack;
let router: string;
let accessToken: string;
beforeAll(async () => {
  // Okta's SDK takes seconds to load on a busy machine.
  stack = await startStack({ seed: { users }, okta: { callTimeoutMs: 8_000 } });
  const orders = await startExample('orders', { CUSTOMERS: `${own},${other}` });
  router = await startExample('router', {
    ACCOUNTS_URL: `${stack.url}/graphql`,
    ORDERS_URL: orders,
  });
}, 120_000);
beforeEach(async () => {
  await stack.okta.reset();
  ({ accessToken } = await logIn(stack, demo));
  stack.okta.requests.clear();
});
afterAll(async () => {
  for (const { child } of programs) child.kill();
  expect(await Promise.all(programs.map(({ exit }) => exit))).toBeDefined();
  await stack.close();
});

async function viaRouter<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  headers: Readonly<Record<string, string>> = {},
) {
  const response = await fetch(router, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data = null, errors = [] } = (await response.json()) as {
    data?: Result | null;
    errors?: { path?: unknown[]; extensions?: Record<string, unknown> }[];
  };
  const codes = errors.map(({ path, extensions }) => [path?.join('.'), extensions?.['code']]);
  return { data, codes };
}
const byService = () => ({ authorization: stack.basic, 'x-customer-token': accessToken });

test('a customer gets from `me` to their orders, and from their orders to their account', async () => {
  const { data, codes } = await viaRouter(PageDocument, {}, bearer(accessToken));
  expect(data).toEqual({
    me: withOwn,
    orders: [
      { id: '1', customer: { email: demo.email } },
      { id: '2', customer: null },
    ],
  });
  expect(codes.map(([, code]) => code)).toEqual(['FORBIDDEN']);
});

test('a frontend server that names its customer gets what either may ask for', async () => {
  const { data, codes } = await viaRouter(PageDocument, {}, byService());
  expect(codes).toEqual([]);
  expect(data).toEqual({
    me: withOwn,
    orders: [
      { id: '1', customer: { email: demo.email } },
      { id: '2', customer: { email: 'other@example.com' } },
    ],
  });
});

test('the address of the shopper reaches Okta through the router', async () => {
  const input = { currentPassword: demo.password, newPassword: 'Better-Battery-9' };
  const headers = { ...byService(), 'x-client-ip': '203.0.113.7' };
  const { data } = await viaRouter(ChangePasswordDocument, { input }, headers);
  expect(data?.changePassword.__typename).toBe('ChangePasswordSuccess');
  const changed = stack.okta.requests
    .all()
    .filter(({ path }) => path.endsWith('/credentials/change_password'));
  expect(changed.map(({ headers }) => headers['x-forwarded-for'])).toEqual(['203.0.113.7']);
});

test('a caller without credentials gets what is open to anyone, and no account', async () => {
  const { data, codes } = await viaRouter(PageDocument, {});
  expect(data).toEqual({
    me: null,
    orders: [
      { id: '1', customer: null },
      { id: '2', customer: null },
    ],
  });
  expect(new Set(codes.map(([, code]) => code))).toEqual(new Set(['CALLER_UNAUTHENTICATED']));
});

test('customers who ask the same at once each get their own account', async () => {
  const theirs = await logIn(stack, { email: 'other@example.com', password: demo.password });
  const asked = Array.from({ length: 20 }, (_, index) =>
    index % 2 === 0
      ? { email: demo.email, token: accessToken }
      : { email: 'other@example.com', token: theirs.accessToken },
  );
  const answers = await Promise.all(
    asked.map(({ token }, index) =>
      viaRouter(
        PageDocument,
        {},
        index % 4 < 2 ? bearer(token) : { ...byService(), 'x-customer-token': token },
      ),
    ),
  );
  expect(answers.map(({ data }) => data?.me?.email)).toEqual(asked.map(({ email }) => email));
});

test('the router adds no credentials: fields for services stay closed to customers', async () => {
  const input = { token: accessToken };
  for (const headers of [{}, bearer(accessToken)]) {
    const asked = await viaRouter(UserDocument, { id: other }, headers);
    const validated = await viaRouter(ValidateTokenDocument, { input }, headers);
    expect([asked.data?.user, validated.data?.validateToken]).toEqual([null, null]);
    expect(asked.codes).toHaveLength(1);
    expect(validated.codes).toHaveLength(1);
  }
});
