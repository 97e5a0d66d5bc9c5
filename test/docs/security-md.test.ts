import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const text = read('SECURITY.md');
const rowsOf = (lines: string) => lines.split('\n').map((line) => line.slice(2, -2).split(' | '));
const rows = rowsOf(text).filter(([id]) => /^T\d/.test(id ?? ''));
const [, section = ''] = text.split(/^## What is cached in memory$|^## Threats$/m);
const caches = rowsOf(section).filter(([name]) => name !== 'Cache' && name !== '---');

test('every threat has its line, in order, with what happens and what shows it', () => {
  const ids = rows.map(([id]) => id);
  expect(ids.length).toBeGreaterThanOrEqual(50);
  expect(ids).toEqual(ids.map((_, index) => `T${index + 1}`));
  for (const cells of rows) expect(cells.filter(Boolean), cells[0]).toHaveLength(4);
});

test('every test that it names exists', () => {
  const form = /`(test\/[^`]+)` ("[^"]+"(?:, "[^"]+")*)/g;
  const cacheRows = caches.filter((cells) => cells.length === 4);
  expect(cacheRows.length).toBeGreaterThan(15);
  const missing = [...rows, ...cacheRows].flatMap(([id, , , proof = '']) => {
    const tests = [...proof.matchAll(form)].flatMap(([, path = '', names = '']) => {
      const text = existsSync(new URL(path, root)) ? read(path) : '';
      const titles = [...names.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title);
      return titles.filter((title) => !text.includes(`'${title}'`)).map((title) => [path, title]);
    });
    // Whatever is neither is a slip in the line itself.
    const rest = proof.replaceAll(form, '').replaceAll('; ', '');
    return rest === '' ? tests.map(([path, title]) => `${id} ${path} ${title}`) : [`${id} ${rest}`];
  });
  expect(missing).toEqual([]);
});
