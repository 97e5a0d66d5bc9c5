import { readFileSync, writeFileSync } from 'node:fs';
import { cases } from './cases.ts';
import { type Contender, contenders } from './contenders.ts';
import type { Measured } from './load.ts';

/** By contender, then by case: one for each round. */
export type Results = Readonly<Record<Contender, Readonly<Record<string, readonly Measured[]>>>>;

const names: Readonly<Record<Contender, string>> = {
  bare: '`node:http`, JSON in, JSON out',
  ours: '**this API**',
  mercurius: 'mercurius with JIT, jose, LRU',
  yoga: 'graphql-yoga as it comes, jose, LRU',
  apollo: 'Apollo Server on Express, @okta/jwt-verifier, a fetch per profile',
};

/** Ratios to bare node:http of the same case; rates and latencies of the first case. */
export function toTable(results: Results): string {
  const head = ['', ...cases.map(({ name }) => name), 'req/s', 'p50', 'p99'];
  const rows = contenders.map((contender) => {
    const ratios = cases.map(({ name }) => {
      const rate = median(results[contender][name], 'perSecond');
      return (rate / median(results.bare[name], 'perSecond')).toFixed(2);
    });
    const first = results[contender][cases[0]?.name ?? ''];
    const rate = Math.round(median(first, 'perSecond')).toLocaleString('en');
    const at = (what: 'p50Ms' | 'p99Ms') => `${median(first, what).toFixed(1)} ms`;
    return [names[contender], ...ratios, rate, at('p50Ms'), at('p99Ms')];
  });
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function median(measured: readonly Measured[] | undefined, what: keyof Measured): number {
  const values = (measured ?? []).map((one) => one[what]).sort((one, other) => one - other);
  return values[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Between the two comments of the page, in place of the table of the same Node. */
export function writeTable(file: URL, node: string, table: string): void {
  const text = readFileSync(file, 'utf8');
  const start = '<!-- bench:validate:start -->';
  const end = '<!-- bench:validate:end -->';
  const [before, rest] = text.split(start);
  const [old, after] = rest?.split(end) ?? [];
  if (before === undefined || old === undefined || after === undefined) return;
  const title = `Node ${node}:`;
  const others = old
    .split(/(?=^Node \d+:)/m)
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith(title));
  const parts = [...others, `${title}\n\n${table}`].sort();
  writeFileSync(file, `${before}${start}\n${parts.join('\n\n')}\n${end}${after}`);
}
