import fc from 'fast-check';
import {
  buildSchema,
  execute,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
  type VariableDefinitionNode,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { compileDocument } from '../../../../src/server/graphql/compiled/compile.ts';
import { createVariablesReader } from '../../../../src/server/graphql/compiled/variables.ts';

const schema = buildSchema(`
  scalar Any
  enum How { FAST SAFE }
  input Ask { token: String! how: How! = FAST age: Int tags: [String!] deep: Deep }
  input Deep { yes: Boolean! ids: [ID] }
  input Loop { again: Loop }
  input Either @oneOf { a: Int b: Int }
  type Query {
    one: Int
    some: Query
    ask(input: Ask!, how: How, tags: [String!], n: Int, yes: Boolean): String
  }
`);
const { ask: asked, some } = schema.getQueryType()?.getFields() ?? {};
if (asked) asked.resolve = (_root, args) => JSON.stringify(args, inOrder);
if (some) some.resolve = () => ({});

/** The members of an object are in the order of the one that read them. */
function inOrder(_name: string, value: unknown): unknown {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return !isRecord
    ? value
    : Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function definitionsOf(text: string): readonly VariableDefinitionNode[] {
  const [operation] = parse(`query (${text}) { one }`).definitions;
  return (operation as OperationDefinitionNode).variableDefinitions ?? [];
}

const reader = (text: string) => createVariablesReader(schema, definitionsOf(text));

const all = '$input: Ask!, $how: How = SAFE, $tags: [String!]!, $n: Int, $yes: Boolean';

const loose = fc.constantFrom(null, true, 'a', 1.5, 2 ** 31, [], ['a', null], { yes: null });
/** More often good than not. */
const mostly = (...good: readonly unknown[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: loose });
const deep = mostly({ yes: true }, { yes: false, ids: ['1', null] }, { yes: true, ids: null });
const ask = fc.record(
  {
    token: mostly('a', ''),
    how: mostly('FAST', 'SAFE'),
    age: mostly(0, null, -7, 2 ** 31 - 1),
    tags: mostly(['a', 'b'], null, []),
    deep,
  },
  { requiredKeys: ['token'] },
);
const sent = fc.record(
  {
    input: fc.oneof({ weight: 9, arbitrary: ask }, { weight: 1, arbitrary: loose }),
    how: mostly('FAST', 'SAFE'),
    tags: mostly(['a'], []),
    n: mostly(0, 7),
    yes: mostly(true, false),
    more: loose,
  },
  { requiredKeys: ['input', 'tags', 'n', 'yes'] },
);

describe('variables of a compiled document', () => {
  test('that are read are what graphql-js makes of them, and are those that were sent but for defaults', () => {
    const definitions = definitionsOf(all);
    const read = createVariablesReader(schema, definitions);
    let taken = 0;
    fc.assert(
      fc.property(sent, (variables) => {
        const own = read?.(variables) ?? null;
        if (own === null) return;
        taken += 1;
        const again = getVariableValues(schema, definitions, own).coerced;
        expect(again).toEqual(getVariableValues(schema, definitions, variables).coerced);
        expect(again).toBeDefined();
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  test.each([
    ['a value that GraphQL would make another of', '$id: ID', { id: 7 }],
    ['a list for an object', '$input: Ask!', { input: [] }],
    ['a field that does not exist', '$input: Ask!', { input: { token: 'a', other: 1 } }],
    [
      'a field named like what every object has',
      '$input: Ask!',
      JSON.parse('{"input":{"token":"a","__proto__":{}}}'),
    ],
    ['null where none may be', '$input: Ask!', { input: { token: 'a', how: null } }],
    ['nothing where something has to be', '$input: Ask!', {}],
    ['a member that every object inherits', '$toString: Int!', {}],
    ['a variable that is left out', '$how: How', {}],
    ['null in place of a default', '$how: How = SAFE', { how: null }],
  ])('are left to graphql-js where there is %s', (_what, definitions, variables) => {
    expect(reader(definitions)?.(variables)).toBeNull();
  });

  test('make of a document what graphql-js makes of it, wherever in it they are', async () => {
    const text = `query (${all}, $t: String!) {
      direct: ask(input: $input, how: $how, tags: $tags, n: $n, yes: $yes)
      within: ask(input: { token: $t, how: $how, age: $n, tags: [$t], deep: { yes: $yes, ids: [$t, $t] } })
      some @include(if: $yes) { inner: some { one } }
    }`;
    const document = parse(text.replace('$yes: Boolean', '$yes: Boolean! = true'));
    const [operation] = document.definitions;
    const compiled = compileDocument(schema, document, operation as OperationDefinitionNode);
    const withToken = fc.tuple(sent, mostly('a', 'b')).map(([one, t]) => ({ ...one, t }));
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(withToken, async (variableValues) => {
        const read = compiled?.readVariables(variableValues) ?? null;
        if (compiled === null || read === null) return;
        taken += 1;
        const expected = await execute({ schema, document, variableValues });
        expect(await compiled.run({}, read)).toEqual(expected);
        expect(expected.errors).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  test('have their defaults spelt out', () => {
    expect(reader('$input: Ask!')?.({ input: { token: 'a' } })).toEqual({
      input: { token: 'a', how: 'FAST' },
    });
  });

  test.each(['$any: Any', '$loop: Loop', '$either: Either', '$many: [Any]'])(
    'are not known where their type is not: %s',
    (definitions) => {
      expect(reader(definitions)).toBeNull();
    },
  );
});
