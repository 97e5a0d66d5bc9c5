import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { callerSdl } from '../../src/graphql/schema.ts';

const root = new URL('../../', import.meta.url);

/** The text of the files of one folder whose names fit, where `*` stands for anything. */
function read(pattern: string): string {
  const [start = '', end = ''] = basename(pattern).split('*');
  const folder = new URL(`${dirname(pattern)}/`, root);
  const fits = (name: string) => name.startsWith(start) && name.endsWith(end);
  return readdirSync(folder)
    .filter(fits)
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
}

/** The places that a mutation has to be in, in the order of CONTRIBUTING.md, and how each spells it. */
const places: readonly (readonly [pattern: string, spelling: (field: string) => string])[] = [
  ['schema/operations/*.graphql', (field) => `  ${field}(`],
  ['schema/operations/examples.json', (field) => `"operation": "${pascal(field)}"`],
  ['src/server/graphql/graphiql/tour.ts', (field) => `'${pascal(field)}'`],
  ['schema/schema.graphql', (field) => `  ${field}(`],
  ['test/features/*.ts', (field) => `${pascal(field)}Document`],
  ['test/features/audit.test.ts', (field) => `'${field}'`],
  ['test/features/fault-operations*.ts', pascal],
  ['README.md', (field) => `\`${field}\``],
  ['docs/fields.md', (field) => `\`${field}\``],
  ['docs/limits.md', (field) => `\`${field}\``],
];

function pascal(field: string): string {
  return `${field.charAt(0).toUpperCase()}${field.slice(1)}`;
}

test('every mutation is in every place of the checklist in CONTRIBUTING.md', () => {
  const mutations = Object.keys(buildSchema(callerSdl()).getMutationType()?.getFields() ?? {});
  expect(mutations).toContain('unlockAccount');
  const missing = places.flatMap(([pattern, spelling]) => {
    const text = read(pattern);
    return mutations
      .filter((field) => !text.includes(spelling(field)))
      .map((field) => `${field} is missing from ${pattern}`);
  });
  expect(missing).toEqual([]);
});
