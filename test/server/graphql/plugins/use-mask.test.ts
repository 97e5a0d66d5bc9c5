import { expect, test } from 'vitest';
import { startBothModes } from '../../both-modes.ts';
import { gql, send, startTiny, type Tiny } from '../../tiny.ts';

const broken = 'query($how: How!) { break(how: $how) }';
const logIn = 'mutation($input: LogInInput!) { logIn(input: $input) { __typename } }';

const { production, development } = await startBothModes();

async function errorOf(server: Tiny, query: string, variables: Record<string, unknown> = {}) {
  const answer = await gql(server.url, query, variables);
  expect(answer.text).not.toContain('hunter2');
  const [error] = answer.json.errors ?? [];
  if (error === undefined) throw new Error(`No error in ${answer.text}`);
  return { ...error, code: error.extensions['code'], status: answer.status };
}

test.each(['PLAIN_ERROR', 'JSON_PARSE', 'WRONG_TYPE', 'FOREIGN_CODE', 'MISCONFIGURED'])(
  'an error that is not meant for callers (%s) is INTERNAL, with the id that finds it in the log',
  async (how) => {
    for (const server of [production, development]) {
      const error = await errorOf(server, broken, { how });
      expect(error).toMatchObject({
        message: 'The server failed.',
        code: 'INTERNAL',
        path: ['break'],
      });
      const { requestId } = error.extensions;
      const line = server
        .lines()
        .find((one) => one['level'] === 'error' && one['requestId'] === requestId);
      expect(line).toBeDefined();
      expect(server.logText()).not.toContain('hunter2');
    }
  },
);

test('the log of an internal error says where it happened', async () => {
  await errorOf(production, broken, { how: 'PLAIN_ERROR' });
  const line = production
    .lines()
    .filter(({ level }) => level === 'error')
    .at(-1);
  expect(line?.['error']).toMatchObject({
    name: 'Error',
    frames: expect.arrayContaining([expect.stringContaining('breakBy')]),
  });
});

test('what the provider has against the configuration is in the log alone', async () => {
  const error = await errorOf(production, broken, { how: 'MISCONFIGURED' });
  expect(error.message).not.toContain('invalid_client');
  const line = production
    .lines()
    .filter(({ level }) => level === 'error')
    .at(-1);
  expect(line?.['detail']).toBe('invalid_client: The client secret is not valid.');
});

test('an account error keeps its code and its text, and loses its cause', async () => {
  const error = await errorOf(production, broken, { how: 'UPSTREAM' });
  expect(error).toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'The identity provider is not available. Try again later.',
    extensions: { retryable: true },
  });
});

test('an error of the schema under a code of ours passes with all that it says', async () => {
  const error = await errorOf(production, broken, { how: 'FORBIDDEN' });
  expect(error).toMatchObject({
    code: 'FORBIDDEN',
    message: 'Not for you.',
    extensions: { wait: 3 },
  });
});

test('a context that cannot be made is INTERNAL with status 500', async () => {
  const server = await startTiny({
    createContext() {
      throw new Error('hunter2');
    },
  });
  expect(await errorOf(server, '{ me { id } }')).toMatchObject({ code: 'INTERNAL', status: 500 });
  expect(server.logText()).not.toContain('hunter2');
  await server.close();
});

const faults: [string, string, Record<string, unknown>][] = [
  ['a string where a list of fields belongs', '{ "hunter2" }', {}],
  ['a string with quotes', String.raw`{ me "a\"hunter2\"b" }`, {}],
  ['an unterminated string', '{ echo(text: "hunter2', {}],
  ['a block string', '{ me """hunter2 "a" """ }', {}],
  ['a bare word for a value', '{ echo(text: hunter2) }', {}],
  ['a bare word that falls out of a value', '{ echo(text: a hunter2) }', {}],
  ['a number for a string', '{ echo(text: 2) }', {}],
  ['an object for a string', '{ echo(text: {password: "hunter2"}) }', {}],
  ['a string for an enum', '{ echo(text: "a", mode: "hunter2") }', {}],
  ['a word for an enum', '{ echo(text: "a", mode: hunter2) }', {}],
  ['a string for a number', '{ echo(text: "a", times: "hunter2") }', {}],
  ['an unknown field', '{ hunter2 }', {}],
  ['an unknown argument', '{ echo(text: "a", hunter2: 1) }', {}],
  [
    'an unknown input field',
    'mutation { logIn(input: {email: "a", password: "b", hunter2: 1}) { __typename } }',
    {},
  ],
  ['an unknown type', '{ ... on hunter2 { id } }', {}],
  ['an unknown directive', '{ me @hunter2 { id } }', {}],
  ['an unused variable', 'query($hunter2: Int) { me { id } }', {}],
  ['an unknown fragment', '{ ...hunter2 }', {}],
  ['a variable of the wrong type', logIn, { input: { email: 'a', password: { x: 'hunter2' } } }],
  ['a variable that is a string', logIn, { input: 'hunter2' }],
  ['a variable with an unknown field', logIn, { input: { email: 'a', password: 'b', hunter2: 1 } }],
  ['a variable with a list', logIn, { input: { email: ['hunter2'], password: 'b' } }],
  [
    'an enum in a variable',
    'query($mode: Mode) { echo(text: "a", mode: $mode) }',
    { mode: 'hunter2' },
  ],
  [
    'a null in a variable with a default',
    'query($n: Int = 1) { echo(text: "hunter2", times: $n) }',
    { n: null },
  ],
  ['two operations and no name', 'query hunter2 { me { id } } query B { me { id } }', {}],
];

test.each(faults)('%s is a BAD_REQUEST in a fixed text', async (_name, query, variables) => {
  for (const server of [production, development]) {
    const error = await errorOf(server, query, variables);
    expect(error.code).toBe('BAD_REQUEST');
    expect(server.logText()).not.toContain('hunter2');
  }
  expect((await errorOf(production, query, variables)).message).toMatch(
    /^(The document is not GraphQL|The document does not fit the schema|The document has no such operation, or it has to be named|A variable or an argument is missing or does not fit its type)\.$/,
  );
});

test('in development a message names what is in the schema, and in what place', async () => {
  const messages: [string, string][] = [
    ['{ me { emali } }', 'Cannot query field "…" on type "User". Did you mean "email"?'],
    [
      '{ echo }',
      'Field "echo" argument "text" of type "String!" is required, but it was not provided.',
    ],
    ['{ echo(text: 2) }', 'String cannot represent a non string …'],
    ['{ me', 'Syntax Error: Expected Name …'],
  ];
  for (const [query, message] of messages) {
    const error = await errorOf(development, query);
    expect(error).toMatchObject({ message, locations: [expect.anything()] });
  }
});

test('a fault of the caller has the status of GraphQL over HTTP, by the type that it accepts', async () => {
  for (const [, query, variables] of faults.filter(([name]) => !name.includes('default'))) {
    for (const [accept, status] of [
      ['application/json', 200],
      ['application/graphql-response+json', 400],
    ] as const) {
      const headers = { 'content-type': 'application/json', accept };
      const answer = await send(production.url, {
        headers,
        body: JSON.stringify({ query, variables }),
      });
      expect(answer.status, `${accept} ${query}`).toBe(status);
    }
  }
});

test.each([
  [
    'a document with 100 mistakes',
    `query(${Array.from({ length: 100 }, (_, index) => `$v${index}: A`)}) { __typename }`,
    {},
  ],
  [
    'variables with 60 mistakes',
    logIn,
    { input: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`emai${index}`, 1])) },
  ],
])('%s gets one error', async (_name, query, variables) => {
  for (const server of [production, development]) {
    const answer = await gql(server.url, query, variables);
    expect(answer.json.errors).toHaveLength(1);
    expect(answer.json.errors?.[0]?.locations).toHaveLength(1);
    expect(answer.text.length).toBeLessThan(500);
  }
});
