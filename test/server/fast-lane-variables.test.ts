import fc from 'fast-check';
import {
  buildSchema,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
  type VariableDefinitionNode,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { createVariablesReader } from '../../src/server/fast-lane/variables.ts';

const schema = buildSchema(`
  scalar Any
  enum How { FAST SAFE }
  input Ask { token: String! how: How! = FAST age: Int tags: [String!] deep: Deep }
  input Deep { yes: Boolean! ids: [ID] }
  input Loop { again: Loop }
  input Either @oneOf { a: Int b: Int }
  type Query { one: Int }
`);

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
    how: mostly('FAST', null),
    tags: mostly(['a'], []),
    n: mostly(0, null),
    yes: mostly(true, null),
    more: loose,
  },
  { requiredKeys: ['input', 'tags'] },
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
  ])('are left to graphql-js where there is %s', (_what, definitions, variables) => {
    expect(reader(definitions)?.(variables)).toBeNull();
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
