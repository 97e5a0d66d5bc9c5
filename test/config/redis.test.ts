import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';

const sealingKey = Buffer.alloc(32, 7).toString('base64');

function configOf(env: Record<string, string>) {
  const parsed = parseConfig(env);
  if (!parsed.ok) expect.fail(JSON.stringify(parsed.problems));
  return { ...parsed.config, ...parsed.secrets };
}

function problemsOf(env: Record<string, string>) {
  const parsed = parseConfig(env);
  return parsed.ok ? [] : parsed.problems;
}

test.each([
  'redis://localhost:6379',
  'redis://10.0.0.7',
  'rediss://user:p%40ss@redis.example.com:6380/2',
])('%s is a Redis', (url) => {
  expect(configOf({ REDIS_URL: url, SEALING_KEY: sealingKey }).redisUrl).toBe(url);
});

test.each(['localhost:6379', 'http://localhost:6379', 'redis://', 'redis', '/tmp/redis.sock'])(
  '%s is none',
  (url) => {
    expect(problemsOf({ REDIS_URL: url, SEALING_KEY: sealingKey })).toMatchObject([
      { variable: 'REDIS_URL', problem: 'It is not the address of a Redis server.' },
    ]);
  },
);

test('a password in a wrong address is not repeated', () => {
  const problems = problemsOf({ REDIS_URL: 'http://user:canary@host', SEALING_KEY: sealingKey });
  expect(problems).toHaveLength(1);
  expect(JSON.stringify(problems)).not.toContain('canary');
});

test('with a Redis there must be a sealing key, or processes could not read each other', () => {
  expect(problemsOf({ REDIS_URL: 'redis://localhost' })).toMatchObject([
    { variable: 'SEALING_KEY', problem: 'It is missing.' },
  ]);
});

test('the grace window is as long as the leeway of Okta can be, or shorter', () => {
  expect(configOf({ REFRESH_GRACE_SECONDS: '1' }).refresh.graceSeconds).toBe(1);
  expect(configOf({ REFRESH_GRACE_SECONDS: '60' }).refresh.graceSeconds).toBe(60);
  for (const value of ['0', '61', '-1', '1.5', 'x']) {
    expect(problemsOf({ REFRESH_GRACE_SECONDS: value })).toMatchObject([
      { variable: 'REFRESH_GRACE_SECONDS' },
    ]);
  }
});
