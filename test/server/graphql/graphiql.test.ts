import { createHash } from 'node:crypto';
import { parse } from 'graphql';
import { afterAll, expect, test } from 'vitest';
import { readOperations } from '../../../src/server/graphql/graphiql/example-operations.ts';
import { toTabs } from '../../../src/server/graphql/graphiql/tour.ts';
import { send, startTiny } from '../tiny.ts';

const operations = await readOperations();
const service = 'Basic c2VydmljZTpzZWNyZXQ=';
const tabs = toTabs(operations, { service, signUp: 'ACTIVE' });
const org = { url: 'http://127.0.0.1:1', customer: { email: '"<a>&@b.example', password: 'p' } };
const development = await startTiny({ production: false, graphiql: { tabs, org } });
const production = await startTiny();
afterAll(async () => {
  await development.close();
  await production.close();
});

const visit = { method: 'GET', headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

test('GraphiQL is one page whose policy lets nothing in from outside', async () => {
  const page = await send(development.url, visit);
  expect(page.status).toBe(200);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy.replace('http://127.0.0.1:1/outbox.json', '')).not.toMatch(
    /https?:|\*|unsafe-eval/,
  );
  expect(page.text).not.toContain('<a>');

  const scripts = [...page.text.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)];
  expect(scripts).toHaveLength(2);
  for (const [, attributes, code = ''] of scripts) {
    expect(attributes).toBe('');
    expect(policy).toContain(createHash('sha256').update(code).digest('base64'));
  }
});

test.each([
  ['application/json', 405],
  ['*/*', 405],
  ['text/html;q=0.5, application/json', 405],
  ['text/html;q=0, */*', 405],
  ['text/*', 200],
  ['application/json;q=0.9, text/html', 200],
])(
  'a caller that accepts %s by GET gets the page only if it prefers HTML',
  async (accept, status) => {
    const answer = await send(development.url, { method: 'GET', headers: { accept } });
    expect(answer.status).toBe(status);
  },
);

test('there is no GraphiQL in production', async () => {
  const answer = await send(production.url, visit);
  expect(answer.status).toBe(405);
  expect(answer.text).not.toContain('<');
});

/** The names of the operations, in the order of the tabs. */
const namesOf = (tour: typeof tabs) =>
  tour.map(({ query }) => /^(?:query|mutation) (\w+)/m.exec(query)?.[1] ?? '');

test('every document has a tab with variables, and headers by who may send it', () => {
  expect([...new Set(namesOf(tabs))].sort()).toEqual(
    ['Welcome', ...operations.map(({ name }) => name)].sort(),
  );
  for (const { query, variables, headers } of tabs) {
    expect(() => parse(query)).not.toThrow();
    expect(JSON.parse(variables)).toBeTypeOf('object');
    expect(JSON.parse(headers)).toBeTypeOf('object');
  }
  const headersOf = (name: string) => JSON.parse(tabs[namesOf(tabs).indexOf(name)]?.headers ?? '');
  expect(headersOf('LogIn')).toEqual({});
  expect(headersOf('Me')).toEqual({ authorization: 'Bearer {{accessToken}}' });
  expect(headersOf('ValidateToken')).toEqual({ authorization: service });
});

test('the tour begins with sign-up and ends with the tab that deletes the account', () => {
  expect(namesOf(tabs).slice(0, 3)).toEqual(['Welcome', 'SignUp', 'LogIn']);
  expect(namesOf(tabs).at(-1)).toBe('DeleteAccount');
});

test('an operation that the tour does not name has a tab before the last one', () => {
  const further = { ...operations[0], name: 'Further', query: 'query Further { __typename }' };
  const tour = toTabs([...operations, further as (typeof operations)[number]], {
    service,
    signUp: 'ACTIVE',
  });
  expect(namesOf(tour).slice(-2)).toEqual(['Further', 'DeleteAccount']);
});

test('where a mail confirms the address, the tour confirms it before it logs in', () => {
  const tour = toTabs(operations, { service, signUp: 'VERIFY_EMAIL' });
  expect(namesOf(tour).slice(0, 4)).toEqual(['Welcome', 'SignUp', 'VerifyEmail', 'LogIn']);
  expect(JSON.parse(tour[1]?.variables ?? '').input).not.toHaveProperty('password');
});

test('the bare address leads to GraphiQL in development, and to nothing in production', async () => {
  const there = await send(development.url, { ...visit, path: '/' });
  expect(there.status).toBe(302);
  expect(there.headers.location).toBe('/graphql');
  expect((await send(production.url, { ...visit, path: '/' })).status).toBe(404);
});
