import { afterEach, beforeEach, expect, test } from 'vitest';
import { gql, send, startTiny, type Tiny } from '../tiny.ts';

const logIn = `mutation LogIn($input: LogInInput!) { logIn(input: $input) { __typename } }`;
const input = { email: 'canary@example.com', password: 'right' };

let server: Tiny;
beforeEach(async () => {
  server = await startTiny();
});
afterEach(() => server.close());

test('a request leaves one line, with what happened and nothing that the caller wrote', async () => {
  await gql(server.url, logIn, { input });
  const lines = server.lines();
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      event: 'request',
      msg: 'The request ended.',
      requestId: expect.any(String),
      path: '/graphql',
      status: 200,
      durationMs: expect.any(Number),
      operationType: 'mutation',
      operationName: 'LogIn',
      fields: ['logIn'],
      outcomes: ['LogInSuccess'],
      caller: null,
      providerCalls: [
        {
          endpoint: 'token/password',
          status: 200,
          durationMs: 3,
          oktaRequestId: 'okta-1',
          failure: null,
        },
      ],
    },
  ]);
});

test('an expected failure is logged as one', async () => {
  await gql(server.url, logIn, { input: { ...input, password: 'wrong' } });
  expect(server.lines()[0]).toMatchObject({ outcomes: ['InvalidCredentials'] });
});

test('requests under one id of their callers keep their calls apart', async () => {
  const headers = { 'content-type': 'application/json', 'x-request-id': 'one-for-all' };
  const body = JSON.stringify({ query: logIn, variables: { input } });
  await Promise.all(Array.from({ length: 20 }, () => send(server.url, { headers, body })));
  const lines = server.lines();
  expect(lines).toHaveLength(20);
  for (const line of lines) {
    expect(line['requestId']).toBe('one-for-all');
    expect(line['providerCalls']).toHaveLength(1);
  }
});

test('the caller is logged once it was needed', async () => {
  await gql(server.url, '{ caller }');
  const headers = { 'content-type': 'application/json', authorization: 'Bearer canary' };
  await send(server.url, { headers, body: '{"query":"{ caller }"}' });
  expect(server.lines().map(({ caller }) => caller)).toEqual(['anonymous', 'rejected']);
});

test('names that a caller made up stay out', async () => {
  await gql(
    server.url,
    'query canary { canary: me { id } ...canary } fragment canary on Query { caller }',
  );
  await gql(server.url, '{ me { __typename: email } }');
  await gql(server.url, '{ canary }');
  await send(server.url, { method: 'GET', path: '/canary?canary=canary' });
  await send(server.url, { method: 'GET', path: '/live?canary' });
  expect(server.lines()).toMatchObject([
    { operationName: 'other', fields: ['me', 'caller'], outcomes: [] },
    { operationName: null, fields: ['me'], outcomes: [] },
    { operationType: null, fields: [], outcomes: ['BAD_REQUEST'] },
    { path: 'other', status: 404 },
    { path: '/live', status: 200 },
  ]);
  expect(server.logText()).not.toMatch(/canary|ada@/);
});

test('text that could forge a line stays one line', async () => {
  const forged = 'a\r\n{"level":"info"}\u001b[31m\u2028';
  await gql(server.url, logIn, { input: { email: forged, password: forged } });
  expect(server.logText().trim().split('\n')).toHaveLength(1);
});

test('probes that succeed are for debugging, and those that fail are not', async () => {
  await send(server.url, { method: 'GET', path: '/live' });
  await send(server.url, { method: 'GET', path: '/ready' });
  server.drain();
  await send(server.url, { method: 'GET', path: '/ready' });
  expect(server.lines().map(({ level }) => level)).toEqual(['debug', 'debug', 'info']);
});
