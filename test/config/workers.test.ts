import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';

const redis = {
  REDIS_URL: 'redis://localhost:6379',
  SEALING_KEY: Buffer.alloc(32, 7).toString('base64'),
};

test.each([
  ['', 1],
  ['1', 1],
  ['8', 8],
  ['64', 64],
])('WORKERS=%s is %i', (value, workers) => {
  const env = { WORKERS: value, ...redis };
  expect(parseConfig(env)).toMatchObject({ ok: true, config: { workers } });
});

test('one worker needs no Redis', () => {
  expect(parseConfig({ WORKERS: '1' })).toMatchObject({ ok: true });
});

test.each([{}, { REDIS_URL: '  ' }])(
  'several workers with %j are refused, with the names of all that they need',
  (env) => {
    expect(parseConfig({ WORKERS: '2', ...env })).toMatchObject({
      ok: false,
      problems: [
        { variable: 'REDIS_URL', fix: expect.stringContaining('WORKERS=1') },
        { variable: 'SEALING_KEY', fix: expect.stringContaining('openssl rand') },
      ],
    });
  },
);

test.each(['0', '65', '-1', '1.5', 'auto'])('WORKERS=%s is refused', (value) => {
  expect(parseConfig({ WORKERS: value })).toMatchObject({
    ok: false,
    problems: [{ variable: 'WORKERS' }],
  });
});
