import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, isScalarType, isSpecifiedScalarType, Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { variableNames } from '../../src/config/variables.ts';
import { callerSdl } from '../../src/graphql/schema.ts';
import { accountErrorCodes } from '../../src/identity/errors.ts';
import { drawChart } from '../bench/validate/chart.ts';

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The back-quoted words in the first column of the tables under a heading of a page. */
function rows(page: string, heading: string): readonly string[] {
  const [, section = ''] = file(page).split(`\n## ${heading}\n`);
  const [text = ''] = section.split('\n## ');
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)])
    .map(([, word = '']) => word.replace(/\(.*\)$/, ''));
}

test('the configuration table names every variable, and no other', () => {
  expect([...rows('docs/configuration.md', 'Variables')].sort()).toEqual([...variableNames].sort());
});

test('pages and messages name only variables of Okta that exist', () => {
  const texts = ['docs', 'src', 'deploy'].flatMap((folder) =>
    readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(md|ts|yaml)$/.test(path))
      .map((path) => file(`${folder}/${path}`)),
  );
  const named = new Set(
    [...texts, file('README.md'), file('SECURITY.md')].flatMap(
      (text) => text.match(/\b(?:EMBEDDED_)?OKTA_[A-Z]+(?:_[A-Z]+)*\b(?!_)/g) ?? [],
    ),
  );
  const others = [...named].filter((name) => !variableNames.some((one) => one === name));
  // The token of one run, a type of policies and a type of groups.
  expect(others.sort()).toEqual(['OKTA_ADMIN_TOKEN', 'OKTA_GROUP', 'OKTA_SIGN_ON']);
});

test('the error table names every code, and no other', () => {
  expect([...rows('docs/errors.md', 'Codes')].sort()).toEqual([...accountErrorCodes].sort());
});

test.each(['README.md', 'docs/fields.md'])(
  'the field table of %s names every query and mutation, and no other',
  (page) => {
    const schema = buildSchema(callerSdl());
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((root) =>
      Object.keys(root?.getFields() ?? {}),
    );
    expect([...rows(page, 'Fields')].sort()).toEqual(fields.sort());
  },
);

test('the example for GraphQL Code Generator names every scalar that is not one of GraphQL', () => {
  const [, example = ''] = /scalars: \{([^}]*)\}/.exec(file('docs/graphql-clients.md')) ?? [];
  const named = [...example.matchAll(/(\w+): '/g)].map(([, name]) => name);
  const scalars = Object.values(buildSchema(callerSdl()).getTypeMap()).filter(
    (type) => isScalarType(type) && !isSpecifiedScalarType(type),
  );
  expect(named.sort()).toEqual(scalars.map(({ name }) => name).sort());
});

test('the GraphQL examples of the field page are documents of schema/operations', () => {
  const page = file('docs/fields.md');
  const examples = [...page.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, text = '']) => text);
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

test('the chart of the validation page is drawn from its tables', () => {
  expect(file('docs/images/validate.svg')).toBe(drawChart(file('docs/validation.md')));
});

test('the README fits on one long page', () => {
  expect(file('README.md').split('\n').length).toBeLessThanOrEqual(181);
});
