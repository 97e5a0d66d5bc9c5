import { createHash } from 'node:crypto';
import { parse } from 'graphql';
import { afterAll, expect, test } from 'vitest';
import { readOperations, toTabs } from '../../src/server/operations.ts';
import { send, startTiny } from './tiny.ts';

const operations = await readOperations();
const tabs = toTabs(operations, 'Basic c2VydmljZTpzZWNyZXQ=');
const development = await startTiny({ production: false, graphiql: { tabs } });
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
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);

  const scripts = [...page.text.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)];
  expect(scripts).toHaveLength(2);
  for (const [, attributes, code = ''] of scripts) {
    expect(attributes).toBe('');
    expect(policy).toContain(createHash('sha256').update(code).digest('base64'));
  }
});

test('a program that accepts JSON gets no page', async () => {
  const path = `/graphql?query=${encodeURIComponent('{ me { id } }')}`;
  const answer = await send(development.url, { method: 'GET', path });
  expect(answer.json.data).toEqual({ me: { id: '1' } });
});

test('there is no GraphiQL in production', async () => {
  const answer = await send(production.url, visit);
  expect(answer.status).toBe(405);
  expect(answer.text).not.toContain('<');
});

test('every document has a tab with variables, and headers by who may send it', () => {
  expect(tabs).toHaveLength(operations.length + 1);
  for (const { query, variables, headers } of tabs) {
    expect(() => parse(query)).not.toThrow();
    expect(JSON.parse(variables)).toBeTypeOf('object');
    expect(JSON.parse(headers)).toBeTypeOf('object');
  }
  const headersOf = (name: string) =>
    JSON.parse(
      tabs.find(({ query }) => RegExp(`^(query|mutation) ${name}\\b`, 'm').test(query))?.headers ??
        '',
    );
  expect(headersOf('LogIn')).toEqual({});
  expect(headersOf('Me')).toEqual({ authorization: 'Bearer paste-the-access-token' });
  expect(headersOf('ValidateToken')).toEqual({ authorization: 'Basic c2VydmljZTpzZWNyZXQ=' });
});
