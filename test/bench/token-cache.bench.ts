import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as z from 'zod';

const measured = z.object({
  tokens: z.number(),
  megabytes: z.number(),
  first: z.number(),
  again: z.number(),
  rarely: z.number(),
});

test('100,000 tokens are remembered in 12 MB', () => {
  const script = fileURLToPath(new URL('token-cache.mjs', import.meta.url));
  const output = execFileSync(process.execPath, ['--expose-gc', script], { encoding: 'utf8' });
  const { tokens, megabytes, first, again, rarely } = measured.parse(JSON.parse(output));
  const rows = [
    ['Tokens remembered', tokens],
    ['Heap and buffers for them', `${megabytes.toFixed(1)} MB`],
    ['Verdicts per second, each token new (RS256, 2048 bits)', first],
    ['... of a token that was asked about lately', again],
    ['... of one of which the signature alone is remembered', rarely],
  ];
  const head = `| Token cache, one core, no HTTP | Node ${process.versions.node} |`;
  const table = [head, '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)];
  process.stdout.write(`\n${table.join('\n')}\n\n`);
  expect(tokens).toBeGreaterThanOrEqual(100_000);
  expect(megabytes).toBeLessThanOrEqual(12);
});
