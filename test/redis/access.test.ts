import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  LogOutDocument,
  RefreshTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import type { RedisSettings } from '../../src/config.ts';
import { createNotices } from '../../src/config-checks/notices.ts';
import { createRedisNotices } from '../../src/config-checks/redis-notices.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import { createRedisAttempts } from '../../src/transactions/redis-attempt-store.ts';
import { logIn } from '../features/flows.ts';
import { createAuthority } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { describeWithRedis, type RedisServer, redisAt, startRedis } from '../support/redis.ts';
import { type Stack, type StackOptions, startStack } from '../support/start.ts';

const soon = { timeout: 10_000, interval: 20 };
const page = readFileSync(new URL('../../docs/redis.md', import.meta.url), 'utf8');
/** The line of the page, with a password. */
const [, documented = ''] = /^ACL SETUSER okta-account-api (.*)$/m.exec(page) ?? [];
const user = documented.replace('<password>', 'swordfish').split(' ');

const ready = async ({ url, clock }: Stack) => {
  // Past the time for which one report counts.
  clock.advance(2_000);
  const answer = await fetch(`${url}/ready`);
  return ((await answer.json()) as { checks: Record<string, string> }).checks['redis'];
};
const entriesOf = ({ logs }: Stack): Record<string, unknown>[] =>
  logs.map((line) => JSON.parse(line));
const problems = (stack: Stack) =>
  entriesOf(stack).filter(({ level }) => level === 'warn' || level === 'error');
const filesOf = (room: URL) =>
  readdirSync(room).map((name) => readFileSync(new URL(name, room), 'utf8'));
const reasons = (stack: Stack) =>
  problems(stack).map(({ error }) => (error as { reason?: string } | undefined)?.reason);

describeWithRedis('a Redis that asks who calls', () => {
  let server: RedisServer;
  let stack: Stack;
  const later: Stack[] = [];

  beforeAll(async () => {
    server = await startRedis();
    await server.client.call('ACL', 'SETUSER', 'okta-account-api', ...user);
    await server.client.call('ACL', 'SETUSER', 'poor', ...user, '-eval');
    await server.client.call('ACL', 'SETUSER', 'default', '-@all', '+ping', '+acl|log');
  });
  afterEach(async () => {
    for (const each of later.splice(0)) await each.close();
  });
  afterAll(async () => {
    await stack?.close();
    await server.stop();
  });

  const login = 'okta-account-api:swordfish@';
  const start = (options: StackOptions) => startStack({ limits: true, ...options });

  test('the user that docs/redis.md makes may do everything that is needed', async () => {
    const url = server.url.replace('//', `//${login}`);
    stack = await start({ redisUrl: url, events: { logPollSeconds: 1 } });
    expect(await ready(stack)).toBe('ok');
    const { refreshToken } = await logIn(stack);
    await stack.gql(RefreshTokenDocument, { input: { refreshToken } });
    await stack.gql(LogOutDocument, { input: { refreshToken } });
    const { data } = await stack.gql(RefreshTokenDocument, { input: { refreshToken } });
    expect(data?.refreshToken).toMatchObject({ reason: 'LOGGED_OUT' });

    const redis = await connectRedis(redisAt(url), { orgUrl: stack.okta.url });
    onTestFinished(() => redis.disconnect());
    const step = await createRedisAttempts({ redis, now: Date.now }).lock('a-step');
    await step.unlock({
      failures: 1,
      sends: { count: 0, pausedUntil: new Map() },
      usedUp: false,
      expiresAt: Date.now() + 1_000,
    });
    const own = createNotices();
    const notices = createRedisNotices({ redis, own }, 'a-program');
    expect(await notices.post('a text')).toBe(true);
    expect(await notices.withdraw('a text')).toBe(true);

    expect(problems(stack)).toEqual([]);
    expect(await server.client.call('ACL', 'LOG')).toEqual([]);
  });

  test('and nothing more: each command of that user is used', async () => {
    const scripts = [
      'config-checks',
      'events',
      'limits',
      'redis',
      'refresh',
      'transactions',
      'wire',
    ];
    const source = scripts
      .flatMap((room) => filesOf(new URL(`../../src/${room}/`, import.meta.url)))
      .join();
    const inScripts = [...source.matchAll(/redis\.call\('([a-z]+)'/g)].map(([, name = '']) => name);
    const inConnections = ['ping', 'info', 'wait', 'cluster|slots', 'cluster|info'];
    const sent = ['eval', 'mget', 'set', 'xread'];
    const granted = user.filter((rule) => rule.startsWith('+')).map((rule) => rule.slice(1));
    expect(granted.toSorted()).toEqual(
      [...new Set([...inScripts, ...inConnections, ...sent])].toSorted(),
    );
  });

  test('NOPERM is named where a right is missing', async () => {
    const poor = await start({
      redisUrl: server.url.replace('//', '//poor:swordfish@'),
      beside: stack,
    });
    later.push(poor);
    expect(await ready(poor)).toBe('failing');
    await logIn(poor);
    expect(reasons(poor)).toContain('NOPERM');
    expect(poor.logs.join()).not.toContain('swordfish');
  });
});

describeWithRedis('a Redis that speaks TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'));
  const authority = createAuthority(folder);
  const at = (name: string) => join(folder, name);
  let server: RedisServer;
  let port: number;
  const started: Stack[] = [];

  beforeAll(async () => {
    for (const name of ['server', 'client']) authority.issue(name, { address: '127.0.0.1' });
    port = await freePort();
    const files = ['--tls-cert-file', at('server.crt'), '--tls-key-file', at('server.key')];
    const ca = ['--tls-ca-cert-file', authority.file];
    server = await startRedis(undefined, '--tls-port', `${port}`, ...files, ...ca);
  });
  afterAll(async () => {
    for (const stack of started.toReversed()) await stack.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const settingsOf = (tls: Partial<NonNullable<RedisSettings['tls']>>, host = '127.0.0.1') => {
    const settings = redisAt(`rediss://${host}:${port}`);
    return { ...settings, tls: { caFile: null, certFile: null, keyFile: null, ...tls } };
  };
  const start = async (redis: RedisSettings) => {
    const [beside] = started;
    const stack = await startStack({
      redisUrl: server.url,
      secrets: { redis },
      ...(beside && { beside }),
    });
    started.push(stack);
    return stack;
  };
  const client = () => ({ certFile: at('client.crt'), keyFile: at('client.key') });

  test('is used with its certificate authority and a client certificate', async () => {
    const stack = await start(settingsOf({ caFile: authority.file, ...client() }));
    expect(await ready(stack)).toBe('ok');
    expect(problems(stack)).toEqual([]);
  });

  test.each<[string, () => RedisSettings]>([
    ['SELF_SIGNED_CERT_IN_CHAIN', () => settingsOf(client())],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      () => settingsOf({ caFile: authority.file, ...client() }, 'localhost'),
    ],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', () => settingsOf({ caFile: authority.file })],
  ])('%s: the log says what is wrong', async (reason, settings) => {
    const stack = await start(settings());
    expect(await ready(stack)).toBe('failing');
    await expect.poll(() => reasons(stack), soon).toContain(reason);
  });

  test('a file that is not there ends the start', async () => {
    await expect(start(settingsOf({ caFile: at('none.pem') }))).rejects.toThrow(
      /^REDIS_TLS_CA_FILE cannot be read \(ENOENT\): .*none\.pem$/,
    );
  });
});
