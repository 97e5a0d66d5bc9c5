import { getIntrospectionQuery } from 'graphql';
import { expect, test } from 'vitest';
import { startBothModes } from '../../both-modes.ts';
import { gql, type RawAnswer, startTiny } from '../../tiny.ts';

const guess = 'logIn(input: {email: "a@example.com", password: "guess"}) { __typename }';
const ids = (count: number) => 'id '.repeat(count);
const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

const { production, development } = await startBothModes();

function codeOf(answer: RawAnswer): unknown {
  return answer.json.errors?.[0]?.extensions['code'];
}

const bruteForce: [string, string][] = [
  ['1000 aliases', `mutation { ${times(1000, (index) => `a${index}: ${guess}`)} }`],
  ['2 aliases', `mutation { a: ${guess} b: ${guess} }`],
  ['the same field twice', `mutation { ${guess} ${guess} }`],
  [
    '2 fragments',
    `mutation { ...A ...B } fragment A on Mutation { a: ${guess} } fragment B on Mutation { b: ${guess} }`,
  ],
  ['inline fragments', `mutation { ... { a: ${guess} } ... on Mutation { b: ${guess} } }`],
  [
    '@include',
    `mutation($no: Boolean = false) { a: ${guess} b: ${guess.replace(' {', ' @include(if: $no) {')} }`,
  ],
  [
    'fragments of fragments',
    `mutation { ...A } fragment A on Mutation { ...B ...C } fragment B on Mutation { a: ${guess} } fragment C on Mutation { b: ${guess} }`,
  ],
  [
    'the second of two operations',
    `mutation One { a: ${guess} } mutation Two { b: ${guess} c: ${guess} }`,
  ],
];

test.each(bruteForce)(
  'several attempts to log in by %s reach no resolver',
  async (_name, query) => {
    for (const server of [production, development]) {
      const answer = await gql(server.url, query);
      expect(answer.json.data).toBeUndefined();
      expect(['TOO_MANY_MUTATIONS', 'BAD_REQUEST']).toContain(codeOf(answer));
      expect(server.attempts).toEqual([]);
    }
  },
);

test('two attempts in one document answer TOO_MANY_MUTATIONS', async () => {
  const answer = await gql(production.url, `mutation { a: ${guess} b: ${guess} }`);
  expect(codeOf(answer)).toBe('TOO_MANY_MUTATIONS');
  expect(answer.json.errors?.[0]?.message).toBe('One request may hold one mutation.');
});

test('one mutation beside __typename, and one per operation, is allowed', async () => {
  const server = await startTiny();
  const answer = await gql(
    server.url,
    `mutation { __typename ...A } fragment A on Mutation { ${guess} }`,
  );
  expect(answer.json.data).toHaveProperty('logIn');
  expect(server.attempts).toEqual(['guess']);
  await server.close();
});

const heavy: [string, string][] = [
  ['251 fields', `{ me { ${ids(250)} } }`],
  ['251 fields by spreading a fragment', `{ me { ...A ...A } } fragment A on User { ${ids(124)} }`],
  ['251 fields of two operations', `query A { me { ${ids(124)} } } query B { me { ${ids(125)} } }`],
  [
    '251 fields of a fragment that nothing spreads',
    `{ me { id } } fragment A on User { ${ids(251)} }`,
  ],
  ['11 root fields', `{ ${'me { id } '.repeat(11)} }`],
  ['11 root fields by fragments', `{ ${'...A '.repeat(11)} } fragment A on Query { me { id } }`],
  ['a document 10,000 deep', `${'{ me '.repeat(10_000)}`],
  ['a list value 10,000 deep', `{ echo(text: ${'['.repeat(10_000)} ) }`],
  ['9 fields below one another', `{ me { ${'friend { '.repeat(7)} id ${'} '.repeat(7)} } }`],
  [
    '9 fields below one another in fragments',
    `{ me { ...A } } fragment A on User { ${'friend { '.repeat(4)} ...B ${'} '.repeat(4)} } fragment B on User { friend { friend { friend { id } } } }`,
  ],
  ['41 fields with fields of their own', `{ me { ${'friend { id } '.repeat(41)} } }`],
  [
    '41 fields with fields of their own in a fragment that nothing spreads',
    `{ me { id } } fragment A on User { ${'friend { id } '.repeat(41)} }`,
  ],
  ['6 aliases', `{ me { ${times(6, (index) => `a${index}: id`)} } }`],
  ['6 aliases of __typename', `{ me { ${times(6, (index) => `a${index}: __typename`)} } }`],
  [
    '6 aliases by spreading a fragment',
    `{ me { ${times(6, () => '...A')} } } fragment A on User { a: id }`,
  ],
  ['11 directives', `{ me { ${times(11, () => 'id @include(if: true)')} } }`],
  ['a fragment that spreads itself', '{ me { ...A } } fragment A on User { friend { ...A } }'],
  [
    'fragments that double 100 times',
    `{ me { ...F0 } } ${times(90, (index) => `fragment F${index} on User { ...F${index + 1} ...F${index + 1} }`)} fragment F90 on User { a: id }`,
  ],
];

test.each(heavy)('%s is refused at once', async (_name, query) => {
  const start = performance.now();
  const answer = await gql(production.url, query);
  expect(performance.now() - start).toBeLessThan(2_000);
  expect(answer.json.data).toBeUndefined();
  expect(codeOf(answer)).toBe('BAD_REQUEST');
});

const within: [string, string][] = [
  ['250 fields', `{ me { ${ids(249)} } }`],
  ['10 root fields beside __typename', `{ __typename ${'me { id } '.repeat(10)} }`],
  ['8 fields below one another', `{ me { ${'friend { '.repeat(6)} id ${'} '.repeat(6)} } }`],
  ['40 fields with fields of their own', `{ me { ${'friend { id } '.repeat(40)} } }`],
  ['5 aliases', `{ me { ${times(5, (index) => `a${index}: id`)} } }`],
  ['10 directives', `{ me { ${times(10, () => 'id @include(if: true)')} } }`],
];

test.each(within)('%s are served, and in little time', async (_name, query) => {
  const start = performance.now();
  const answer = await gql(production.url, query);
  expect(answer.json.errors).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(2_000);
});

test('introspection is open in development', async () => {
  const answer = await gql(development.url, getIntrospectionQuery({ inputValueDeprecation: true }));
  expect(answer.json.data).toHaveProperty('__schema.queryType.name', 'Query');
});

test('nothing reveals the schema in production', async () => {
  const questions = [
    getIntrospectionQuery(),
    '{ __type(name: "User") { name } }',
    '{ mee { id } }',
    '{ me { emali } }',
    '{ me }',
    '{ echo(txt: "a") }',
    '{ echo(text: "a", mode: LOUT) }',
    'mutation { logIn(input: {emial: "a"}) { ... on LogInSucces { token } } }',
  ];
  const names = /queryType|email|friend|LogIn|InvalidCredentials|LOUD|mode|User\b|did you mean/i;
  for (const question of questions) {
    const answer = await gql(production.url, question);
    expect(codeOf(answer)).toBe('BAD_REQUEST');
    expect(answer.text).not.toMatch(names);
  }
});

test('500 tokens are read, and not one more', async () => {
  // 8 tokens and as many in the list.
  const list = (count: number) => `{ echo(text: [${'1 '.repeat(count)}]) }`;
  const messageFor = async (query: string) =>
    (await gql(development.url, query)).json.errors?.[0]?.message;
  expect(await messageFor(list(491))).toMatch(/^String cannot represent/);
  expect(await messageFor(list(492))).toMatch(
    /^Syntax Error: Document contains more that 500 tokens/,
  );
});

test('a subscription is refused, since there are none', async () => {
  for (const server of [production, development]) {
    const answer = await gql(server.url, 'subscription { me { id } }');
    expect(answer.json.errors).toMatchObject([
      {
        message: 'There are no subscriptions, only queries and mutations.',
        extensions: { code: 'BAD_REQUEST' },
      },
    ]);
  }
});
