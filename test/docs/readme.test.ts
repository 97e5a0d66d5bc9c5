import { readFileSync } from 'node:fs';
import { buildSchema, isScalarType, isSpecifiedScalarType, Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { variableNames } from '../../src/config/variables.ts';
import { callerSdl } from '../../src/graphql/schema.ts';
import { accountErrorCodes } from '../../src/identity/errors.ts';

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const readme = file('README.md');

/** The back-quoted words in the first column of the tables under a heading. */
function rows(heading: string): readonly string[] {
  const [, section = ''] = readme.split(`\n## ${heading}\n`);
  const [text = ''] = section.split('\n## ');
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)])
    .map(([, word = '']) => word.replace(/\(.*\)$/, ''));
}

test('the configuration table names every variable, and no other', () => {
  expect([...rows('Configuration')].sort()).toEqual([...variableNames].sort());
});

test('the error table names every code, and no other', () => {
  expect([...rows('Errors')].sort()).toEqual([...accountErrorCodes].sort());
});

test('the field table names every query and mutation, and no other', () => {
  const schema = buildSchema(callerSdl());
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((root) =>
    Object.keys(root?.getFields() ?? {}),
  );
  expect([...rows('What you can ask')].sort()).toEqual(fields.sort());
});

test('the example for GraphQL Code Generator names every scalar that is not one of GraphQL', () => {
  const [, example = ''] = /scalars: \{([^}]*)\}/.exec(readme) ?? [];
  const named = [...example.matchAll(/(\w+): '/g)].map(([, name]) => name);
  const scalars = Object.values(buildSchema(callerSdl()).getTypeMap()).filter(
    (type) => isScalarType(type) && !isSpecifiedScalarType(type),
  );
  expect(named.sort()).toEqual(scalars.map(({ name }) => name).sort());
});

test('its GraphQL examples are documents of schema/operations', () => {
  const examples = [...readme.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) {
    const [definition] = parse(example).definitions;
    if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('Not an operation.');
    const name = definition.name?.value ?? '';
    const kebab = name.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
    const document = file(`schema/operations/${kebab}.graphql`);
    expect(document.slice(document.indexOf('\n') + 1)).toBe(example);
  }
});
