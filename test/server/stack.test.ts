import { getIntrospectionQuery } from 'graphql';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import {
  LogInDocument,
  MeDocument,
  UserDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { readOperations } from '../../src/server/graphql/graphiql/example-operations.ts';
import { type Stack, startStack } from '../support/start.ts';
import { gql, type RawAnswer, send } from './tiny.ts';

const guess = 'logIn(input: {email: "demo@example.com", password: "guess"}) { __typename }';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack({
    flow: 'authn',
    production: true,
    metrics: true,
    server: { drainMs: 14_000 },
  });
});
afterEach(() => stack.close());

const lines = () =>
  stack.logs
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event !== 'audit');

test('1000 aliased attempts to log in cost Okta nothing', async () => {
  const aliases = Array.from({ length: 1000 }, (_, index) => `a${index}: ${guess}`);
  for (const count of [2, 10, 100, 1000]) {
    const answer = await gql(stack.url, `mutation { ${aliases.slice(0, count).join(' ')} }`);
    expect(answer.json.data).toBeUndefined();
  }
  expect(stack.okta.requests.all()).toEqual([]);
});

test('every document of the API is within the limits', async () => {
  for (const { query, variables } of await readOperations()) {
    const { json } = await gql(stack.url, query, variables);
    expect(json.errors?.map(({ extensions }) => extensions['code']) ?? []).not.toContain(
      'BAD_REQUEST',
    );
  }
});

test('an anonymous caller learns nothing of the schema in production, not by federation either', async () => {
  for (const query of [getIntrospectionQuery(), '{ _service { sdl } }', '{ _servce { sdl } }']) {
    const answer = await gql(stack.url, query);
    expect(answer.text).not.toMatch(/logIn|validateToken|Did you mean|type Query/);
  }
});

test('the log says who called, and which calls to Okta it took', async () => {
  const { email, password } = stack.okta.seeded.customer;
  const logIn = await stack.gql(LogInDocument, { input: { email, password } });
  const session = logIn.data?.logIn;
  const accessToken = session?.__typename === 'LogInSuccess' ? session.tokens.accessToken : '';
  await stack.gql(MeDocument, {}, { authorization: `Bearer ${accessToken}` });
  await stack.gql(UserDocument, { id: '00unknown' }, { authorization: stack.basic });
  await stack.gql(UserDocument, { id: '00unknown' });

  expect(lines()).toMatchObject([
    {
      operationName: 'LogIn',
      outcomes: ['LogInSuccess'],
      providerCalls: [
        { endpoint: 'authn', status: 200, failure: null },
        { endpoint: 'authorize', status: 302 },
        { endpoint: 'token/authorization_code', status: 200 },
      ],
    },
    { operationName: 'Me', caller: 'customer', outcomes: ['Me'] },
    { operationName: 'User', caller: 'service', outcomes: [] },
    { operationName: 'User', caller: 'anonymous', outcomes: ['CALLER_UNAUTHENTICATED'] },
  ]);
});

test('without Okta the server is ready for as long as its keys may be used, says so, and recovers', async () => {
  const get = (path: string): Promise<RawAnswer> => send(stack.url, { method: 'GET', path });
  const later = (ms = 2_000) => {
    stack.clock.advance(ms);
    return get('/ready');
  };
  const status = () => later().then((answer) => answer.status);
  await expect.poll(status).toBe(200);

  const undo = stack.okta.fail({ path: '/', fault: { kind: 'reset', when: 'before' } });
  onTestFinished(undo);
  expect(await later()).toMatchObject({
    status: 200,
    json: { ok: true, checks: { config: 'ok', okta: 'failing', keys: 'ok', accepting: 'ok' } },
  });
  expect((await later(3 * 3_600_000)).json).toEqual({
    ok: false,
    checks: { config: 'ok', okta: 'failing', keys: 'failing', accepting: 'ok' },
  });
  expect(await status()).toBe(503);
  expect((await get('/live')).status).toBe(200);

  undo();
  await expect.poll(status).toBe(200);
});

test('without Okta no token of the org authorization server can be verified, so it is not ready', async () => {
  const org = await startStack({ beside: stack, okta: { issuer: stack.okta.url } });
  onTestFinished(org.close);
  const probe = { method: 'GET', path: '/ready' };
  const status = async () => {
    stack.clock.advance(2_000);
    return (await send(org.url, probe)).status;
  };
  await expect.poll(status, { timeout: 5_000 }).toBe(200);
  onTestFinished(stack.okta.fail({ path: '/', fault: { kind: 'reset', when: 'before' } }));
  expect(await status()).toBe(503);
});

test('the first probe of all waits for the keys', async () => {
  const { status, json } = await send(stack.url, { method: 'GET', path: '/ready' });
  expect(status).toBe(200);
  const checks = { config: 'ok', okta: 'ok', keys: 'ok', accepting: 'ok' };
  expect(json).toEqual({ ok: true, checks });
});

test('the log says why a probe fails, and why there are no keys', async () => {
  const body = 'canary';
  const undo = stack.okta.fail({ path: /keys$/, fault: { kind: 'answer', status: 200, body } });
  expect((await send(stack.url, { method: 'GET', path: '/ready' })).status).toBe(503);
  expect(lines()).toMatchObject([
    {
      level: 'warn',
      event: 'keys_unavailable',
      msg: 'The signing keys of the issuer could not be loaded.',
      failure: { error: 'KeyEndpointFailed', reason: 'NOT_JSON' },
    },
    { path: '/ready', failures: [{ check: 'keys', reason: 'NOT_JSON' }] },
  ]);
  undo();
  stack.clock.advance(2_000);
  stack.okta.fail({ path: '/', fault: { kind: 'reset', when: 'before' } });
  await send(stack.url, { method: 'GET', path: '/ready' });
  expect(lines().at(-1)).toMatchObject({
    status: 503,
    failures: [
      {
        check: 'okta',
        error: 'UpstreamUnavailable',
        causes: [expect.stringMatching(/UND_ERR|ECONN/)],
      },
      { check: 'keys', error: 'KeyEndpointFailed' },
    ],
  });
  expect(stack.logs.join('')).not.toContain('canary');
});

test('the log says why Okta is called unavailable, by mutations and queries alike', async () => {
  stack.okta.fail({ path: '/', fault: { kind: 'answer', status: 200, body: '"canary"' } });
  const { email, password } = stack.okta.seeded.customer;
  await stack.gql(LogInDocument, { input: { email, password } });
  await stack.gql(UserDocument, { id: '00u00000000000000000' }, { authorization: stack.basic });
  const causes = [expect.stringMatching(/^NoAnswer [A-Z_]+( whole)?$/)];
  const failures = [{ error: 'UpstreamUnavailable', causes }];
  expect(lines()).toMatchObject([
    { outcomes: ['UpstreamUnavailable'], failures },
    { outcomes: ['UPSTREAM_UNAVAILABLE'], failures },
  ]);
  expect(stack.logs.join('')).not.toContain('canary');
});

test('the log says why a log-in is denied, and the answer does not', async () => {
  const { email, password } = stack.okta.seeded.customer;
  const body = JSON.stringify({ errorCode: 'E0000064', errorSummary: 'canary', errorCauses: [] });
  const headers = { 'content-type': 'application/json' };
  const fault = { kind: 'answer', status: 403, headers, body } as const;
  stack.okta.fail({ path: '/api/v1/authn', fault });
  const { data } = await stack.gql(LogInDocument, { input: { email, password } });
  expect(lines()).toMatchObject([
    { outcomes: ['LogInDenied'], failures: [{ error: 'LogInDenied', reason: 'POLICY' }] },
  ]);
  expect(JSON.stringify(data)).not.toContain('POLICY');
});

test('a caller who hangs up leaves no call to Okta behind', async () => {
  stack.okta.fail({ path: '/api/v1/authn', fault: { kind: 'hang' } });
  const controller = new AbortController();
  const { email, password } = stack.okta.seeded.customer;
  const body = JSON.stringify({
    query: LogInDocument.toString(),
    variables: { input: { email, password } },
  });
  const headers = { 'content-type': 'application/json' };
  const { signal } = controller;
  const answer = fetch(`${stack.url}/graphql`, { method: 'POST', headers, body, signal });
  await expect.poll(() => stack.okta.requests.all().length).toBe(1);
  controller.abort();
  await expect(answer).rejects.toThrow('aborted');
  await expect.poll(() => lines()).toMatchObject([{ status: null, outcomes: ['CALLER_GONE'] }]);
});

async function begunLogIns(): Promise<number> {
  const figures = await stack.scrape();
  const waiting = [...figures.matchAll(/okta_connections_waiting\{[^}]*\} (\d+)/g)];
  const asked = stack.okta.requests.all().filter(({ path }) => path === '/api/v1/authn');
  return waiting.reduce((sum, [, count]) => sum + Number(count), asked.length);
}

test('100 log-ins in flight are finished after the server has stopped listening', async () => {
  stack.okta.fail({ path: '/api/v1/authn', fault: { kind: 'delay', ms: 900 } });
  const { email, password } = stack.okta.seeded.customer;
  const inFlight = Array.from({ length: 100 }, () =>
    stack.gql(LogInDocument, { input: { email, password } }),
  );
  // The API has 40 connections to Okta, so the others wait for one.
  await expect.poll(begunLogIns, { timeout: 10_000 }).toBeGreaterThanOrEqual(100);
  const closed = stack.close();
  const answers = await Promise.all(inFlight);
  const outcomes = answers.map(({ data }) => data?.logIn.__typename);
  expect(outcomes.filter((outcome) => outcome === 'LogInSuccess')).toHaveLength(100);
  await closed;
  await expect(gql(stack.url, '{ me { id } }')).rejects.toThrow('ECONNREFUSED');
});
