import { expect, onTestFinished, test } from 'vitest';
import { startBothModes } from '../both-modes.ts';
import { gql, type RawRequest, send, sendBytes, startTiny } from '../tiny.ts';

const logIn = `mutation LogIn($input: LogInInput!) {
  logIn(input: $input) { __typename ... on LogInSuccess { token } }
}`;
const body = JSON.stringify({
  query: logIn,
  variables: { input: { email: 'ada@example.com', password: 'right' } },
});

const { production, development } = await startBothModes();

/** A body of exactly so many bytes that would run. */
function bodyOf(bytes: number): string {
  const short = body.length;
  return `${body.slice(0, -1)}${' '.repeat(bytes - short)}}`;
}

test('a mutation by POST and JSON runs', async () => {
  const answer = await send(production.url, { body });
  expect(answer.status).toBe(200);
  expect(answer.json.data).toEqual({ logIn: { __typename: 'LogInSuccess', token: 'a-token' } });
});

const type = (contentType: string): RawRequest => ({
  headers: { 'content-type': contentType },
  body,
});
const form = `query=${encodeURIComponent('mutation { logIn(input: {email: "a", password: "b"}) { __typename } }')}`;
const refused: [string, RawRequest, number][] = [
  ['text/plain', type('text/plain'), 415],
  ['a form', { ...type('application/x-www-form-urlencoded'), body: form }, 415],
  ['multipart', type('multipart/form-data; boundary=x'), 415],
  ['application/graphql', { ...type('application/graphql'), body: 'mutation { x }' }, 415],
  ['application/graphql+json', type('application/graphql+json'), 415],
  ['two content types', type('application/json, text/plain'), 415],
  ['no content type', type(''), 415],
  ['latin1', type('application/json; charset=iso-8859-1'), 415],
  ['utf-16', type('application/json; charset=utf-16'), 415],
  ['utf-8 and more', type('application/json; charset=utf8x'), 415],
  [
    'a compressed body',
    { headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' }, body },
    415,
  ],
  ['PUT', { method: 'PUT' }, 405],
  ['DELETE', { method: 'DELETE' }, 405],
  ['TRACE', { method: 'TRACE' }, 405],
  ['OPTIONS that is no preflight', { method: 'OPTIONS' }, 405],
  ['only image/png accepted', { headers: { accept: 'image/png' }, body }, 406],
  ['only a stream accepted', { headers: { accept: 'text/event-stream' }, body }, 406],
  ['a batch', { body: `[${body},${body}]` }, 400],
  ['an empty batch', { body: '[]' }, 400],
  ['an empty body', { body: '' }, 400],
  ['null', { body: 'null' }, 400],
  ['a string', { body: '"hunter2"' }, 400],
  ['broken JSON', { body: '{"query": "hunter2' }, 400],
  ['bytes that are not UTF-8', { body: Buffer.from([0x22, 0xff, 0xfe, 0x22]) }, 400],
  ['no query', { body: '{"variables":{}}' }, 400],
  ['a query that is a number', { body: '{"query":1}' }, 400],
  ['variables that are a list', { body: '{"query":"{ me { id } }","variables":["hunter2"]}' }, 400],
  ['an operation name that is no string', { body: '{"query":"{ a }","operationName":{}}' }, 400],
  ['a parameter of another protocol', { body: '{"query":"{ a }","id":"hunter2"}' }, 400],
  ['a parameter whose name is no word', { body: '{"query":"{ a }","a hunter2":1}' }, 400],
  ['a parameter with a long name', { body: `{"query":"{ a }","${'hunter2'.repeat(6)}":1}` }, 400],
  [
    'JSON nested 30,000 deep',
    { body: `{"query":"{ me { id } }","variables":{"a":${'['.repeat(30_000)}` },
    400,
  ],
  ['64 KiB and one byte', { body: bodyOf(65_537) }, 413],
  ['64 KiB and one byte in chunks', { body: bodyOf(65_537), chunked: true }, 413],
  ['a megabyte in chunks', { body: bodyOf(1_000_000), chunked: true }, 413],
];

test.each(refused)(
  '%s is refused in production and in development',
  async (_name, request, status) => {
    for (const server of [production, development]) {
      const before = server.attempts.length;
      const answer = await send(server.url, request);
      expect(answer.status).toBe(status);
      expect(answer.json.errors).toHaveLength(1);
      expect(answer.json.errors?.[0]?.extensions['code']).toBe('BAD_REQUEST');
      expect(answer.text).not.toContain('hunter2');
      expect(server.attempts).toHaveLength(before);
    }
  },
);

test.each([
  ['at once', false],
  ['in chunks', true],
])('64 KiB sent %s are served', async (_name, chunked) => {
  const answer = await send(production.url, { body: bodyOf(65_536), chunked });
  expect(answer.status).toBe(200);
  expect(answer.json.data).toHaveProperty('logIn.token');
});

test.each([
  ['application/json; charset=utf8', {}],
  ['application/json;charset="UTF-8"', {}],
  ['application/json', { 'content-encoding': 'identity' }],
  ['application/json', { accept: '' }],
])('JSON of the type %s with %j is served', async (contentType, headers) => {
  const answer = await send(production.url, {
    headers: { 'content-type': contentType, ...headers },
    body: '{"query":"{ __typename }"}',
  });
  expect(answer.json.data).toEqual({ __typename: 'Query' });
});

test.each(['id', 'doc_id', 'operationType', 'extra-param', '__proto__', '_'])(
  'a request with the unknown parameter %s is refused by its name',
  async (name) => {
    const request = `{"query":"query Q { __typename }","variables":{},"${name}":null}`;
    const answer = await send(production.url, { body: request });
    expect(answer.status).toBe(400);
    expect(answer.json.errors?.[0]?.message).toBe(
      `The request has the parameter \`${name}\` that GraphQL over HTTP does not know. Leave it out, or put it into \`extensions\`.`,
    );
  },
);

const byGet = (parameters: Record<string, string>, accept = 'application/json') => ({
  method: 'GET',
  path: `/graphql?${new URLSearchParams(parameters)}`,
  headers: { accept },
});

test.each([
  ['a query', { query: '{ me { id } }' }],
  ['a query with variables that are not JSON', { query: '{ me { id } }', variables: 'hunter2' }],
  [
    'a mutation',
    { query: `mutation { logIn(input: {email: "a", password: "b"}) { __typename } }` },
  ],
  ['a persisted document', { documentId: `sha256:${'0'.repeat(64)}` }],
  ['a persisted document of urql', { extensions: '{"persistedQuery":{"sha256Hash":"0"}}' }],
  ['a field beside __typename', { query: '{ __typename me { id } }' }],
  ['nothing', {}],
])(
  '%s by GET is refused in production and in development, with what to do',
  async (_name, parameters) => {
    for (const server of [production, development]) {
      const answer = await send(server.url, byGet(parameters));
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe('POST');
      expect(answer.json.data).toBeUndefined();
      expect(answer.json.errors).toHaveLength(1);
      expect(answer.json.errors?.[0]?.message).toContain('preferGetMethod: false');
      expect(answer.text).not.toContain('hunter2');
      expect(server.attempts).not.toContain('b');
    }
  },
);

test('__typename by GET is answered in production and in development', async () => {
  for (const server of [production, development]) {
    for (const query of [
      '{__typename}',
      'query { __typename }',
      ' query Health\n{ __typename } ',
    ]) {
      const answer = await send(server.url, byGet({ query }));
      expect(answer.status, query).toBe(200);
      expect(answer.json).toEqual({ data: { __typename: 'Query' } });
    }
  }
});

test('16 KB of blanks in the URL of a GET are refused at once', async () => {
  const started = performance.now();
  const answer = await send(production.url, byGet({ query: `query ${' '.repeat(15_000)}x` }));
  expect(answer.status).toBe(405);
  expect(performance.now() - started).toBeLessThan(2_000);
});

test('an empty operation name counts as none, by GET and by POST', async () => {
  for (const server of [production, development]) {
    for (const query of ['{ __typename }', 'query A { __typename }']) {
      const got = await send(server.url, byGet({ query, operationName: '' }));
      expect(got.json).toEqual({ data: { __typename: 'Query' } });
      const posted = JSON.stringify({ query, operationName: '' });
      expect((await send(server.url, { body: posted })).json).toEqual(got.json);
    }
    const two = { query: 'query A { __typename } query B { __typename }', operationName: '' };
    const answer = await send(server.url, { body: JSON.stringify(two) });
    expect(answer.json.errors).toHaveLength(1);
  }
});

test('the newer response type is given where it is asked for, with statuses for failures', async () => {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
  };
  const good = await send(production.url, { headers, body });
  expect(good.headers['content-type']).toBe('application/graphql-response+json; charset=utf-8');

  const bad = await send(production.url, { headers, body: '{"query":"{ nothing }"}' });
  expect(bad.status).toBe(400);
});

test('a body that does not arrive in time is given up, and so is its connection', async () => {
  const server = await startTiny({
    config: { requestTimeoutMs: 100, corsOrigins: [], trustedProxies: [] },
  });
  const start = performance.now();
  const answer = await send(server.url, { headers: { 'content-length': '500' }, body: '{' });
  expect(performance.now() - start).toBeGreaterThan(95);
  expect(answer).toMatchObject({ status: 408, headers: { connection: 'close' } });
  expect(answer.json.errors).toMatchObject([
    { message: 'The body took too long.', extensions: { code: 'BAD_REQUEST' } },
  ]);
  await server.close();
});

test('other paths are not found, in the shape of every failure', async () => {
  for (const path of ['/', '/graphql/', '/GraphQL', '/health', '/graphiql', '//graphql']) {
    const answer = await send(production.url, { method: 'GET', path });
    expect(answer.status).toBe(404);
    expect(answer.json.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_REQUEST' });
  }
});

test('members named like those of Object.prototype do no harm', async () => {
  const polluted = '{"query":"{ me { id } }","variables":{"__proto__":{"polluted":1}}}';
  const answer = await send(production.url, { body: polluted });
  expect(answer.json.data).toEqual({ me: { id: '1' } });
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(
    (await send(production.url, { body: '{"__proto__":{"query":"{ me { id } }"}}' })).status,
  ).toBe(400);
});

test('one query is answered the same way twice', async () => {
  const first = await gql(production.url, '{ me { id email } }');
  const second = await gql(production.url, '{ me { id email } }');
  expect(second.text).toBe(first.text);
});

const inPieces = (count: number) => {
  const body = bodyOf(2_000);
  const pieces = [...body.slice(0, count), body.slice(count)];
  const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`);
  const head = 'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
  return `${head}Transfer-Encoding: chunked\r\n\r\n${chunks.join('')}0\r\n\r\n`;
};

test('a body may come in a thousand pieces of a byte, and in one more it is refused', async () => {
  const end = 'GET /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  expect(await sendBytes(production.url, inPieces(1_000) + end)).toMatch(/^HTTP\/1\.1 200 /);
  const refusal = await sendBytes(production.url, inPieces(1_001));
  expect(refusal).toMatch(/^HTTP\/1\.1 400 /);
  expect(refusal).toContain('The body comes in too many small pieces.');
});

test('such a body ends its connection where it is not read, too', async () => {
  const { release, url } = await startHeldReadiness();
  const sent = sendBytes(url, inPieces(1_500).replace('POST /graphql', 'GET /ready'));
  // It is destroyed while the answer is awaited.
  expect(await sent).toBe('');
  release();
});

/** A server that answers `/ready` when it is released. */
async function startHeldReadiness(): Promise<{
  readonly url: string;
  readonly release: () => void;
}> {
  const report = { ok: true, checks: {}, failures: [] };
  let release = () => {};
  const ready = new Promise<typeof report>((resolve) => {
    release = () => resolve(report);
  });
  const { url, close } = await startTiny({ ready: () => ready });
  onTestFinished(close);
  return { url, release };
}
