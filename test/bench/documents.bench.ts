import { expect, test } from 'vitest';
import { flood, kinds } from '../support/document-flood.ts';
import { startStack } from '../support/start.ts';

/** Every two of its 40 fields are compared, and so is what they select. */
const oneField = (id: number) =>
  `query Q${id}{accountConfig{${'passwordPolicy{minLength}'.repeat(40)}}}`;

const rounds = 5;
const documents = 200;

/** Milliseconds of CPU per document, of client and server together: the least that a busy machine shows. */
async function costOf(url: string, document: (id: number) => string): Promise<number> {
  const costs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    await flood(url, { document, from: round * documents, count: documents });
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) / 1_000 / documents);
  }
  return Math.min(...costs);
}

test('no document that is always new costs 20 times as much as a plain one', {
  timeout: 600_000,
}, async () => {
  const stack = await startStack({ production: true });
  const plain = await costOf(stack.url, () => '{ __typename }');
  const rows: string[] = [];
  for (const [kind, document] of Object.entries({
    ...kinds,
    'one field again and again': oneField,
  })) {
    const cost = await costOf(stack.url, document);
    rows.push(`| ${kind} | ${cost.toFixed(2)} ms | ${(cost / plain).toFixed(1)} |`);
    expect(cost / plain, kind).toBeLessThan(20);
  }
  await stack.close();
  const head =
    '| Documents that are always new | CPU | Times `{ __typename }` |\n| --- | --- | --- |';
  process.stdout.write(`\n${head}\n${rows.join('\n')}\n\n`);
});
