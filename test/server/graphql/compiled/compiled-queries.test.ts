import { inspect } from 'node:util';
import fc from 'fast-check';
import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import type { Context, ObservedRequest } from '../../../../src/graphql/base/context.ts';
import {
  type CompiledQueries,
  createCompiledQueries,
} from '../../../../src/server/graphql/compiled/compiled-queries.ts';
import { parameterizeTokens } from '../../../../src/server/graphql/compiled/parameterize-tokens.ts';
import { createDocumentCaches } from '../../../../src/server/graphql/document-caches.ts';
import { createDocuments } from '../../../../src/server/graphql/documents/persisted-documents.ts';
import { createExecutor } from '../../../../src/server/graphql/executor.ts';
import type { Exchange } from '../../../../src/server/graphql/request/exchange.ts';
import { parseJsonParams } from '../../../../src/server/graphql/request/params.ts';
import type { ResponseType } from '../../../../src/server/http/media-types.ts';
import { RequestRecord } from '../../../../src/server/observability/request-record.ts';
import { tinyDeps } from '../../tiny.ts';

const jwts = ['eyJhbGciOiJub25lIn0.e30.', 'eyJh.eyJz.c2ln', 'eyJhbGciOiJIUzI1NiJ9.eyJzIjoxfQ.YQ'];
const texts = fc.constantFrom(
  ...jwts,
  'short',
  '',
  'eyJ\\u0041',
  'eyJ with space',
  'eyJa\\',
  '…',
  'é',
);
const values = fc.oneof(
  fc.constantFrom('null', 'true', '[]', '{}', '$missing', '99999999999'),
  texts.map((text) => `"${text}"`),
);
const fits = {
  text: fc.oneof(
    texts.map((text) => `"${text}"`),
    fc.constantFrom('$text', '"""eyJh.eyJz.c2ln"""'),
  ),
  mode: fc.constantFrom('LOUD', 'QUIET', '$mode'),
  times: fc.constantFrom('1', '2', '$times'),
};
const argument = (name: keyof typeof fits | 'other') =>
  fc
    .oneof(
      { weight: 9, arbitrary: name === 'other' ? values : fits[name] },
      { weight: 1, arbitrary: values },
    )
    .map((value) => `${name}: ${value}`);
const echo = fc
  .tuple(argument('text'), fc.option(argument('mode')), fc.option(argument('times')))
  .map((all) => `echo(${all.filter((one) => one !== null).join(', ')})`);
const failing = fc
  .constantFrom('PLAIN_ERROR', 'JSON_PARSE', 'WRONG_TYPE', 'UPSTREAM', 'FORBIDDEN', 'FOREIGN_CODE')
  .map((how) => `break(how: ${how})`);
const directive = fc.constantFrom(
  '',
  '',
  '',
  '@include(if: $yes)',
  '@skip(if: $yes)',
  '@skip(if: true)',
);
const leaf = fc.constantFrom('id', 'email', '__typename', 'friend { id }', 'friend { ...Part }');
const people = fc
  .tuple(
    fc.constantFrom('me', 'user(id: 7)', 'user(id: "eyJh.eyJz.c2ln")', 'user(id: $id)'),
    leaf,
    leaf,
  )
  .map(([root, one, other]) => `${root} { ${one} ${other} ...Part ... on User { id } }`);
const field = fc
  .tuple(
    fc.constantFrom('', '', 'a: ', 'b: ', 'c: ', '__proto__: ', 'constructor: '),
    fc.oneof(echo, echo, failing, people, fc.constantFrom('__typename', 'wait(ms: 0)', 'customer')),
    directive,
    fc.constantFrom(' ', '\n', ' # "eyJh.eyJz.c2ln"\n', ', '),
  )
  .map(([alias, what, where, end]) => `${alias}${what} ${where}${end}`);
/** What a variable may be declared as; some do not fit where it is used. */
const declarations: Readonly<Record<string, readonly string[]>> = {
  $text: ['String!', 'String! = "x"', 'String = "eyJh.eyJz.c2ln"', 'String! = "y"', 'ID!'],
  $times: ['Int', 'Int! = 2', 'Int = 1', 'Int!'],
  $mode: ['Mode', 'Mode = QUIET', 'Mode!'],
  $yes: ['Boolean!', 'Boolean! = true', 'Boolean = false'],
  $id: ['ID!', 'ID! = 7', 'ID! = "x"', 'String!'],
};
const document = fc
  .record({
    keyword: fc.constantFrom(
      'query',
      'query',
      'query Me',
      'query Other',
      'mutation',
      '{ me { id } } query',
    ),
    fields: fc.array(field, { minLength: 1, maxLength: 4 }),
    pick: fc.nat(),
    unused: fc.constantFrom('', '', '', '', ', $unused: Int'),
  })
  .map(({ keyword, fields, pick, unused }) => {
    const body = fields.join('');
    const used = Object.entries(declarations).filter(([name]) => body.includes(name));
    const declared = used.map(([name, types]) => `${name}: ${types[pick % types.length]}`);
    const list = used.length > 0 ? `(${declared.join(', ')}${unused})` : '';
    const part = body.includes('...Part') ? ' fragment Part on User { email id }' : '';
    return `${keyword}${list} { caller ${body}}${part}`;
  });
const json = fc.constantFrom<unknown>(
  null,
  1,
  2.5,
  'text',
  jwts[0],
  'QUIET',
  true,
  [],
  ['x'],
  {},
  2 ** 40,
);
const variables = fc.record(
  { text: json, times: json, mode: json, yes: json, id: json, liftedToken0: json },
  { requiredKeys: [] },
);
const request = fc.record({
  accept: fc.constantFrom<ResponseType[]>('application/json', 'application/graphql-response+json'),
  body: fc.record({
    query: document,
    variables: fc.oneof(
      variables,
      fc.constant({ text: 'text', times: 1, mode: 'LOUD', yes: true, id: '7' }),
      fc.constant({ text: jwts[0], times: 1, mode: 'QUIET', yes: false, id: 7 }),
    ),
    operationName: fc.constantFrom(null, null, null, 'Me', 'Other', ''),
  }),
});

/** For a service, since only what a service sends is learnt. It names a customer, whose token is no good. */
function createExecution(compileQueries: boolean, deps = tinyDeps()) {
  const internal: string[] = [];
  const createContext = (_shared: unknown, request: ObservedRequest) => {
    const { key, signal, record } = request;
    const caller = async () => {
      const service = { kind: 'service', id: 'backend' } as const;
      record.noteCaller(service);
      return service;
    };
    const customer = async () => {
      const expired = { kind: 'rejected', code: 'TOKEN_EXPIRED' } as const;
      record.noteCustomer(expired);
      return expired;
    };
    const call = { requestId: key, signal: signal(), shopper: null };
    return { call, caller, customer, record } as Context;
  };
  const onInternal = (error: unknown) => void internal.push(String(error));
  const execute = createExecutor({ ...deps, createContext, onInternal, compileQueries });
  return async (accept: ResponseType, body: unknown) => {
    const exchange = exchangeOf(parseJsonParams(JSON.stringify(body), createDocuments([])));
    const answer = await execute({ method: 'POST', accept }, exchange);
    return { answer, record: exchange.context.record, internal: internal.splice(0) };
  };
}

function exchangeOf(params: Exchange['params']): Exchange {
  const context = {
    key: 'key',
    requestId: 'request-id',
    signal: () => new AbortController().signal,
    shopper: null,
    record: new RequestRecord([]),
  } as unknown as Exchange['context'];
  return { context, params };
}

test('whichever way a request takes, its answer and what is noted of it are the same', async () => {
  const [fast, usual] = [createExecution(true), createExecution(false)];
  await fc.assert(
    fc.asyncProperty(request, async ({ accept, body }) => {
      const expected = await usual(accept, body);
      // It is learnt when it comes again, and takes the short way from then on.
      expect(await fast(accept, body)).toEqual(expected);
      expect(await fast(accept, body)).toEqual(expected);
      expect(await fast(accept, body)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

const passwords = ['right', 'wrong', 'nothing', 'tokenless', 'UPSTREAM', 'JSON_PARSE'];
const mutation = fc
  .record({
    where: fc.constantFrom('', '@skip(if: $no)', '@include(if: $no)'),
    alias: fc.constantFrom('', 'again: '),
    selections: fc.subarray(
      ['__typename', '... on LogInSuccess { token __typename }', '...Refusal', 'kind: __typename'],
      { minLength: 1 },
    ),
    input: fc.constantFrom('$input', '{ email: $email, password: $password }'),
    first: fc.constantFrom('', '__typename ', '# a comment\n'),
  })
  .map(({ where, alias, selections, input, first }) => {
    const declared =
      input === '$input' ? ['$input: LogInInput!'] : ['$email: String!', '$password: String!'];
    const all = where === '' ? declared : [...declared, '$no: Boolean = false'];
    const text = `mutation LogIn(${all.join(', ')}) { ${first}${alias}logIn(input: ${input}) ${where} { ${selections.join(' ')} } }`;
    const used = selections.includes('...Refusal');
    return used ? `${text} fragment Refusal on InvalidCredentials { message }` : text;
  });
const credentials = fc.constantFrom(...passwords).map((password) => {
  const input = { email: 'ada@example.com', password };
  return { input, ...input };
});

test('a mutation runs once for each request, and answers the same, whether it is compiled or not', async () => {
  const attempts = { fast: [] as string[], usual: [] as string[] };
  const fast = createExecution(true, tinyDeps(attempts.fast));
  const usual = createExecution(false, tinyDeps(attempts.usual));
  await fc.assert(
    fc.asyncProperty(
      mutation,
      fc.array(credentials, { minLength: 3, maxLength: 5 }),
      async (query, inputs) => {
        for (const variables of inputs) {
          const body = { query, variables };
          expect(await fast('application/json', body)).toEqual(
            await usual('application/json', body),
          );
        }
        expect(attempts.fast).toEqual(attempts.usual);
      },
    ),
    { numRuns: 60 },
  );
});

test('a mutation whose result has no type runs once, and fails', async () => {
  const attempts: string[] = [];
  const run = createExecution(true, tinyDeps(attempts));
  const query = 'mutation ($input: LogInInput!) { logIn(input: $input) { __typename } }';
  const variables = { input: { email: 'ada@example.com', password: 'untyped' } };
  for (let time = 1; time <= 4; time += 1) {
    const { answer, internal } = await run('application/json', { query, variables });
    expect(answer.body).toContain('"code":"INTERNAL"');
    expect(internal).toHaveLength(1);
    expect(attempts).toHaveLength(time);
  }
});

test('a mutation that is compiled is known, and one with a text in it is not compiled', () => {
  const queries = createCompiledQueries(tinyDeps());
  const known = 'mutation ($input: LogInInput!) { logIn(input: $input) { __typename } }';
  const withPassword =
    'mutation ($email: String!) { logIn(input: { email: $email, password: "hunter2" }) { __typename } }';
  for (const query of [known, withPassword]) learnt(queries, query);
  const input = { email: 'ada@example.com', password: 'hunter2' };
  expect(queries.find({ query: known, variables: { input } })).not.toBeNull();
  expect(queries.find({ query: withPassword, variables: input })).toBeNull();
});

/** What comes for the second time is compiled. */
function learnt(queries: CompiledQueries, query: string) {
  for (let time = 0; time < 2; time += 1) {
    queries.learn({ query }, parse(query), { isOfService: true });
  }
}

const query = (token: string) =>
  `query Me { caller a: echo(text: "${token}") break(how: UPSTREAM) }`;

test('a document with another token in its text is known, and its errors are where they were sent', () => {
  const queries = createCompiledQueries(tinyDeps());
  const [short, long] = ['eyJh.eyJz.c2ln', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'];
  learnt(queries, query(short));
  expect(queries.find({ query: query(long) })?.observed).toMatchObject({ operationName: 'Me' });
  expect(queries.find({ query: query(long), operationName: 'Other' })).toBeNull();
  expect(queries.find({ query: query('no token') })).toBeNull();
  expect(queries.find({ query: query(long).replace('"eyJ', '\u0000') })).toBeNull();
});

test('a compiled document holds neither the token that it came with nor a comment', () => {
  const documentCaches = createDocumentCaches();
  const queries = createCompiledQueries({ ...tinyDeps(), documentCaches });
  const token = 'eyJh.eyJz.c2lnbmF0dXJl';
  const sent = `${query(token)} # ${token} of ada@example.com`;
  learnt(queries, sent);
  const known = documentCaches.compiled.get(parameterizeTokens(sent).shape);
  const held = inspect(known, { depth: null, showHidden: true, maxArrayLength: null });
  expect(held).toContain('liftedToken0');
  expect(held).not.toMatch(/c2lnbmF0dXJl|ada@example/);
});

test('what is not sure to mean the same when compiled keeps the usual way', () => {
  const queries = createCompiledQueries(tinyDeps());
  for (const other of [
    'mutation { logIn(input: { email: "a", password: "b" }) { __typename } }',
    '{ __schema { queryType { name } } }',
    '{ __proto__: caller }',
    '{ caller @skip(if: true) me { id } caller }',
    'query One { caller } query Two { caller }',
    '{ user(id: "eyJh.eyJz.c2ln") { id } }',
    '{ echo(text: """eyJh.eyJz.c2ln""") }',
  ]) {
    learnt(queries, other);
    expect(queries.find({ query: other }), other).toBeNull();
  }
});

test.each(['"eyJa', '{ echo(text: "eyJa', '{ me { id } } # "eyJ', '{ echo(text: "eyJ a") }'])(
  'a literal that does not end, or is no token, is nothing to lift: %s',
  (text) => {
    expect(parameterizeTokens(text)).toEqual({ shape: text, tokens: [], offsets: [] });
  },
);

test('a field that is left to its default takes the short way too', async () => {
  const schema = buildSchema(
    'enum How { FAST SAFE } input Ask { token: String! how: How! = FAST } type Query { ask(input: Ask!): String }',
  );
  const field = schema.getQueryType()?.getFields()['ask'];
  if (field) field.resolve = (_root, { input }) => `${input.token} ${input.how}`;
  const queries = createCompiledQueries({ ...tinyDeps(), schema });
  const query = 'query ($input: Ask!) { ask(input: $input) }';
  const request = { query, variables: { input: { token: 'a' } } };
  learnt(queries, query);
  expect(await queries.find(request)?.run({})).toEqual({ data: { ask: 'a FAST' } });
});

test('a document that came once, with an id in its text, is not compiled; a shipped one is compiled at once', () => {
  const ours = '{ me { id } }';
  const again = 'query Again { caller }';
  const queries = createCompiledQueries({ ...tinyDeps(), documents: createDocuments([ours]) });
  queries.learn({ query: ours }, parse(ours), { isOfService: false });
  learnt(queries, again);
  for (let id = 0; id < 500; id += 1) {
    const once = `{ user(id: "${id}") { id } }`;
    queries.learn({ query: once }, parse(once), { isOfService: true });
    expect(queries.find({ query: once })).toBeNull();
  }
  expect(queries.find({ query: ours })).not.toBeNull();
  expect(queries.find({ query: again })).not.toBeNull();
});

test('of many documents that come again the one that was not asked for lately goes, and none of ours', () => {
  const ours = '{ me { id } }';
  const queries = createCompiledQueries({ ...tinyDeps(), documents: createDocuments([ours]) });
  learnt(queries, ours);
  const others = Array.from({ length: 101 }, (_, id) => `{ user(id: "${id}") { id } }`);
  for (const other of others) learnt(queries, other);
  expect(others.map((query) => queries.find({ query }) !== null).indexOf(true)).toBe(1);
  expect(queries.find({ query: ours })).not.toBeNull();
});

test('a persisted document beyond the first hundred is compiled like any other', () => {
  const texts = Array.from({ length: 120 }, (_, id) => `{ user(id: "${id}") { id } }`);
  const queries = createCompiledQueries({ ...tinyDeps(), documents: createDocuments(texts) });
  const known = () => texts.filter((query) => queries.find({ query }) !== null);
  for (let time = 0; time < 3; time += 1) {
    for (const query of texts) queries.learn({ query }, parse(query), { isOfService: false });
    expect(known()).toEqual(texts.slice(0, 100));
  }
  learnt(queries, texts[119] ?? '');
  expect(known()).toContain(texts[119]);
});

test('a document of anyone is compiled when it has come eight times', () => {
  const queries = createCompiledQueries(tinyDeps());
  const own = 'query Own { caller }';
  for (let time = 0; time < 8; time += 1) {
    expect(queries.find({ query: own })).toBeNull();
    queries.learn({ query: own }, parse(own), { isOfService: false });
  }
  expect(queries.find({ query: own })).not.toBeNull();
});

test('a text with half a character, which stands for a token in shapes, is taken as it is', () => {
  const text = '{ echo(text: "eyJh.eyJz.c2ln") } # \u{10000}';
  expect(parameterizeTokens(text)).toEqual({ shape: text, tokens: [], offsets: [] });
});
