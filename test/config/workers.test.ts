import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';

test.each([
  ['', 1],
  ['1', 1],
  ['8', 8],
  ['64', 64],
])('WORKERS=%s is %i', (value, workers) => {
  expect(parseConfig({ WORKERS: value })).toMatchObject({ ok: true, config: { workers } });
});

test.each(['0', '65', '-1', '1.5', 'auto'])('WORKERS=%s is refused', (value) => {
  expect(parseConfig({ WORKERS: value })).toMatchObject({
    ok: false,
    problems: [{ variable: 'WORKERS' }],
  });
});
