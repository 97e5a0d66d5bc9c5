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

const read = (env: Record<string, string>) => configOf({ SEALING_KEY: sealingKey, ...env }).redis;
const reported = (env: Record<string, string>) => problemsOf({ SEALING_KEY: sealingKey, ...env });
const noLogin = { username: null, password: null };
const noFiles = { caFile: null, certFile: null, keyFile: null };
const plain = { database: 0, login: noLogin, sentinel: null, tls: null };
const hostsOf = (...names: string[]) =>
  names.map((name) => {
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(name) ?? [];
    return { host, port: Number(port) };
  });

test.each([
  ['redis://localhost:6379', { ...plain, hosts: hostsOf('localhost:6379') }],
  ['redis://10.0.0.7', { ...plain, hosts: hostsOf('10.0.0.7:6379') }],
  ['redis://[::1]:7000/', { ...plain, hosts: hostsOf('::1:7000') }],
  [
    'redis://:hunter2@h',
    { ...plain, hosts: hostsOf('h:6379'), login: { username: null, password: 'hunter2' } },
  ],
  [
    'rediss://user:p%40s:s@redis.example.com:6380/2',
    {
      ...{ hosts: hostsOf('redis.example.com:6380'), database: 2, sentinel: null, tls: noFiles },
      login: { username: 'user', password: 'p@s:s' },
    },
  ],
  ['redis://a:7000,b:7001,c', { ...plain, hosts: hostsOf('a:7000', 'b:7001', 'c:6379') }],
  [
    'rediss+sentinel://app:secret@a,b:26380/shop%2Fmaster/3',
    {
      ...{ hosts: hostsOf('a:26379', 'b:26380'), database: 3, tls: noFiles },
      login: { username: 'app', password: 'secret' },
      sentinel: { masterName: 'shop/master', login: noLogin },
    },
  ],
])('%s is a Redis', (url, settings) => {
  expect(read({ REDIS_URL: url })).toEqual(settings);
});

test.each([
  ...['localhost:6379', 'http://localhost:6379', 'redis://', 'redis', '/tmp/redis.sock'],
  ...['redis://a:port', 'redis://a,,b', 'redis://a/b', 'redis://a/0/1', 'redis://%zz@a'],
  ...['redis+sentinel://a', 'redis+sentinel://a/', 'redis+sentinel://a/m/x', 'redis+cluster://a'],
])('%s is none', (url) => {
  expect(reported({ REDIS_URL: url })).toMatchObject([
    { variable: 'REDIS_URL', problem: 'It is not the address of a Redis server.' },
  ]);
});

test('user and password may be variables of their own, and those of the sentinels are', () => {
  const url = { REDIS_URL: 'redis+sentinel://a/shop' };
  const servers = { REDIS_USERNAME: 'app', REDIS_PASSWORD: 'secret' };
  const sentinels = { REDIS_SENTINEL_USERNAME: 'watch', REDIS_SENTINEL_PASSWORD: 'other' };
  expect(read({ ...url, ...servers, ...sentinels })).toMatchObject({
    login: { username: 'app', password: 'secret' },
    sentinel: { login: { username: 'watch', password: 'other' } },
  });
});

test('TLS may need a certificate authority and a client certificate', () => {
  const files = { REDIS_TLS_CA_FILE: 'ca', REDIS_TLS_CERT_FILE: 'cert', REDIS_TLS_KEY_FILE: 'key' };
  expect(read({ REDIS_URL: 'rediss://a', ...files })?.tls).toEqual({
    ...{ caFile: 'ca', certFile: 'cert', keyFile: 'key' },
  });
});

test.each([
  ['REDIS_PASSWORD', 'redis://user:one@a', 'REDIS_URL has one too.'],
  ['REDIS_USERNAME', 'redis://user:one@a', 'REDIS_URL has one too.'],
  ['REDIS_SENTINEL_PASSWORD', 'redis://a', 'REDIS_URL names no sentinels.'],
  ['REDIS_TLS_CA_FILE', 'redis://a', 'REDIS_URL does not ask for TLS.'],
  ['REDIS_PASSWORD', '', 'There is no REDIS_URL.'],
])('%s beside REDIS_URL=%s is reported', (variable, REDIS_URL, problem) => {
  const problems = reported({ REDIS_URL, [variable]: 'canary' });
  expect(problems).toMatchObject([{ variable, problem }]);
  expect(JSON.stringify(problems)).not.toContain('canary');
});

test('a client certificate without its key is reported', () => {
  expect(reported({ REDIS_URL: 'rediss://a', REDIS_TLS_CERT_FILE: 'cert' })).toMatchObject([
    { variable: 'REDIS_TLS_KEY_FILE', problem: 'It is missing.' },
  ]);
});

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
