import { type ASTVisitor, buildSchema, parse, specifiedRules, type validate } from 'graphql';
import { expect, test, vi } from 'vitest';
import { createDocumentCaches } from '../../../../src/server/graphql/document-caches.ts';
import { weightOfParsed } from '../../../../src/server/graphql/documents/document-weight.ts';
import { createParsedDocuments } from '../../../../src/server/graphql/documents/parsed-documents.ts';
import { useParsedDocuments } from '../../../../src/server/graphql/plugins/use-parsed-documents.ts';
import { gql, startTiny } from '../../tiny.ts';

const logIn = 'mutation ($input: LogInInput!) { logIn(input: $input) { __typename } }';

test('a refused document is never cached, however often it is sent', async () => {
  const documentCaches = createDocumentCaches();
  const server = await startTiny({ documentCaches });
  const unknownTypes = Array.from({ length: 100 }, (_, index) => `$v${index}: A`);
  const refused = [
    '{ me',
    '{ nothing }',
    `query(${unknownTypes}) { __typename }`,
    `{ me { ${'id '.repeat(300)} } }`,
    `{ me { ${'id '.repeat(500)} } }`,
    'mutation { a: logIn b: logIn }',
    'subscription { me }',
    '{ __schema { queryType { name } } }',
  ];
  for (const query of [...refused, ...refused, ...refused]) {
    expect((await gql(server.url, query)).json.data).toBeUndefined();
  }
  const empty = { entries: 0, bytes: 0 };
  expect(documentCaches.sizes()).toEqual({
    parsed: empty,
    persisted: empty,
    compiled: empty,
    compiled_of_anyone: empty,
  });
  expect(documentCaches.seen()).toEqual({ documents_seen: 0, queries_seen: 0 });
  await server.close();
});

test('what is good is cached from the second time on, and still runs each time', async () => {
  const documentCaches = createDocumentCaches();
  const server = await startTiny({ documentCaches });
  const input = { email: 'a@example.com', password: 'right' };
  const entries: number[] = [];
  for (let time = 0; time < 4; time += 1) {
    expect((await gql(server.url, logIn, { input })).json.data).toEqual({
      logIn: { __typename: 'LogInSuccess' },
    });
    entries.push(documentCaches.sizes()['parsed']?.entries ?? -1);
  }
  expect(entries).toEqual([0, 1, 1, 1]);
  expect(server.attempts).toHaveLength(4);
  await server.close();
});

test.each([
  'mutation { logIn(input: {email: "a@example.com", password: "right"}) { __typename } }',
  'mutation ($email: String = "a") { logIn(input: {email: $email, password: "b"}) { __typename } }',
  '{ echo(text: "eyJh.eyJz.c2ln") }',
  '{ echo(text: """eyJh.eyJz.c2ln""") }',
])('a text that may be a secret stays in no cache of parsed documents: %s', async (query) => {
  const documentCaches = createDocumentCaches();
  const server = await startTiny({ documentCaches });
  for (let time = 0; time < 3; time += 1) {
    expect((await gql(server.url, query)).json.errors).toBeUndefined();
  }
  expect(documentCaches.sizes()['parsed']?.entries).toBe(0);
  await server.close();
});

test('a stream of good documents that come once replaces none that come again', () => {
  const documents = createParsedDocuments();
  const ours = '{ me { id } }';
  for (let time = 0; time < 2; time += 1) documents.offer(ours, parse(ours));
  for (let id = 0; id < 30_000; id += 1) documents.offer(`{ me { id } }#${id}`, parse(ours));
  expect(documents.get(ours)).toBeDefined();
  expect(documents.sizes()).toMatchObject({ parsed: { entries: 1 }, seen: 10_000 });
});

test.each([
  ['integers', (id: number) => `query Q${id} { user(id: [${'1 '.repeat(485)}]) { id } }`],
  ['fields', (id: number) => `query Q${id} { me { ${'id '.repeat(230)} } }`],
  ['comments', (id: number) => `{ me { id } } #${id} ${'\n#'.repeat(20_000)}`],
  ['text', (id: number) => `{ me { id } } #${id} ${'é'.repeat(60_000)}`],
])('all that comes twice, with many %s, stays within 5 MiB', (_what, document) => {
  const documents = createParsedDocuments();
  for (let id = 0; id < 150; id += 1) {
    const text = document(id);
    const parsed = parse(text);
    expect(weightOfParsed(text, parsed)).toBeGreaterThan(100_000);
    for (let time = 0; time < 2; time += 1) documents.offer(text, parsed);
  }
  const { entries, bytes } = documents.sizes().parsed;
  expect(entries).toBeLessThan(60);
  expect(bytes).toBeLessThanOrEqual(5 * 2 ** 20);
});

test('validation stops at its first mistake', () => {
  const schema = buildSchema('type Query { me: ID }');
  const document = parse(`{ ${'nothing '.repeat(200)} }`);
  const setValidationFn = vi.fn<(fn: typeof validate) => void>();
  const { onValidate } = useParsedDocuments({
    parsedDocuments: createParsedDocuments(),
    suggestions: false,
  });
  onValidate?.({
    context: { exchange: { params: { query: '' } } },
    params: { documentAST: document },
    setValidationFn,
  } as unknown as Parameters<NonNullable<typeof onValidate>>[0]);
  let visited = 0;
  const counting = (): ASTVisitor => ({
    Field() {
      visited += 1;
    },
  });
  const errors = setValidationFn.mock.lastCall?.[0](schema, document, [
    counting,
    ...specifiedRules,
  ]);
  expect(errors?.[0]?.message).toBe('Cannot query field "nothing" on type "Query".');
  expect(visited).toBeLessThan(5);
});
