import { spawnSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { fileLimitProblem } from '../../../src/cli/process/file-limit.ts';
import { fileLimitAdvice } from '../../../src/http/file-limit.ts';
import { build, cli } from '../../support/built.ts';

beforeAll(build, 60_000);

test.each([30, 64, 100])('with a limit of %i files it says what to raise, and ends', (limit) => {
  const command = `ulimit -n ${limit} && exec "${process.execPath}" "${cli}"`;
  const env = { PATH: process.env['PATH'], PORT: '0', EMBEDDED_OKTA_PORT: '0' };
  const { status, stderr } = spawnSync('sh', ['-c', command], {
    env: { ...env, EMBEDDED_OKTA_FILE: '' },
    encoding: 'utf8',
    timeout: 14_000,
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^This process may not open more files \(EMFILE\)\. Raise .*`ulimit -n`/);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('an error that is not about files has no advice', () => {
  for (const error of [new Error('x'), null, 'EMFILE', { code: 'ENOENT' }]) {
    expect(fileLimitAdvice(error)).toBeNull();
  }
  expect(fileLimitAdvice({ code: 'ENFILE' })).toContain('fs.file-max');
});

test.skipIf(process.platform !== 'linux')(
  'a limit below MAX_CONNECTIONS is a problem',
  async () => {
    expect(await fileLimitProblem(10)).toBeNull();
    const problem = await fileLimitProblem(10 ** 12);
    expect(problem).toEqual({ limit: expect.any(Number), needed: 10 ** 12 + 300 });
  },
);
