import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { logEvents } from '../../src/logging/log.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const rows = read('docs/log-events.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.slice(2, -2).split(' | '));
const sources = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && path !== 'logging/log.ts')
  .map((path) => read(`src/${path}`))
  .join('\n');

test('the page of log events has every event once, in the order of the list', () => {
  expect(rows.map(([event]) => event)).toEqual(logEvents.map((event) => `\`${event}\``));
});

test('every row has a level, a meaning and what to do', () => {
  for (const cells of rows) expect(cells.filter(Boolean), cells[0]).toHaveLength(4);
});

test.each(logEvents)('%s is a name in snake case that the source writes', (event) => {
  expect(event).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
  expect(sources).toContain(`'${event}'`);
});

test('alerts and pages name only events that exist', () => {
  const pages = ['deploy/prometheus/alerts.yaml', 'deploy/README.md', 'docs/troubleshooting.md'];
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/\bevents? `?([a-z]+_[a-z_]+)`?(?: and `([a-z_]+)`)?/g)].flatMap(
      ([, ...names]) => names.filter((name) => name !== undefined),
    ),
  );
  expect(named).toContain('circuit_closed');
  expect(logEvents).toEqual(expect.arrayContaining(named));
});
