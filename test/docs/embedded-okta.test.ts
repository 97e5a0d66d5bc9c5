import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { okta } from '../../src/cli/commands/okta.ts';
import { parseSeed } from '../../src/cli/okta/seed-file.ts';

const page = readFileSync(new URL('../../docs/embedded-okta.md', import.meta.url), 'utf8');

test('the seed of the page is a valid seed', () => {
  const [, example = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  expect(parseSeed(example, 'users.json').users).toHaveLength(2);
});

test('the options of the page are those of the command', () => {
  const listed = [...page.matchAll(/^\| `--([\w-]+)/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual(Object.keys(okta.options).sort());
});
