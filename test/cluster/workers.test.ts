import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { startEmbeddedOkta } from '../../src/embedded/start.ts';
import { build } from '../support/built.ts';
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { type Program, startProgram } from './program.ts';

const logInQuery = `mutation ($input: LogInInput!) {
  logIn(input: $input) { ... on LogInSuccess { tokens { accessToken refreshToken } } }
}`;
const logOutQuery = `mutation ($input: LogOutInput!) { logOut(input: $input) { __typename } }`;
const refreshQuery = `mutation ($input: RefreshTokenInput!) {
  refreshToken(input: $input) {
    __typename
    ... on RefreshTokenSuccess { tokens { refreshToken } }
  }
}`;
const validateQuery = `query ($input: ValidateTokenInput!) { validateToken(input: $input) { active } }`;

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}
interface Refreshed {
  readonly refreshToken: {
    readonly __typename: string;
    readonly tokens?: { readonly refreshToken: string };
  };
}

const times = <Result>(count: number, work: () => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, work));
const patient = { timeout: 12_000, interval: 20 };

const sealingKey = (byte: number) => Buffer.alloc(32, byte).toString('base64');

describeWithRedis('the workers of one program', () => {
  let okta: EmbeddedOkta;
  let redis: RedisServer;
  let api: Program;
  /** Holds the secrets. */
  let directory: string;
  beforeAll(async () => {
    await build();
    okta = await startEmbeddedOkta({ perUsernamePerSecond: 1_000 });
    redis = await startRedis();
    directory = mkdtempSync(join(tmpdir(), 'account-api-secrets-'));
    writeFileSync(join(directory, 'SERVICE_CLIENTS'), 'another:secret\n');
    writeFileSync(join(directory, 'SEALING_KEY'), sealingKey(6));
    writeFileSync(join(directory, 'REDIS_URL'), redis.url);
    api = startProgram(okta, {
      WORKERS: '2',
      OKTA_CALL_TIMEOUT_MS: '2000',
      SECRETS_DIR: directory,
      SERVICE_CLIENTS: '',
      RATE_LIMITS: 'off',
      PROFILE_FILE: fileURLToPath(new URL('../fixtures/profile.json', import.meta.url)),
    });
    await api.url(40_000);
  }, 60_000);
  afterAll(async () => {
    api.child.kill('SIGKILL');
    await okta.close();
    await redis.stop();
    rmSync(directory, { recursive: true });
  });

  async function logIn(): Promise<Tokens> {
    const { customer } = okta.seeded;
    const { logIn } = await api.ask<{ logIn: { tokens: Tokens } }>(logInQuery, customer);
    okta.requests.clear();
    return logIn.tokens;
  }
  const refresh = async (refreshToken: string) =>
    (await api.ask<Refreshed>(refreshQuery, { refreshToken })).refreshToken;
  /** The different verdicts of all workers. Each worker is asked more than once. */
  async function verdicts(token: string): Promise<readonly boolean[]> {
    const input = { token, freshness: 'LOCAL' };
    const answers = await times(6, () =>
      api.ask<{ validateToken: { active: boolean } }>(validateQuery, input),
    );
    return [...new Set(answers.map(({ validateToken }) => validateToken.active))];
  }
  const tokenCalls = () =>
    okta.requests.all().filter(({ path }) => path.endsWith('/default/v1/token')).length;

  test('they start as one program, on one port', () => {
    expect(api.output().match(/GraphiQL/g)).toHaveLength(1);
    expect(api.output()).toContain('served by 2 workers');
    expect(api.workers()).toHaveLength(2);
  });

  test('all serve the attributes of PROFILE_FILE', async () => {
    const query = '{ __type(name: "ProfileAttributes") { name } }';
    const answers = await times(4, () => api.ask<{ __type: object | null }>(query, {}));
    expect(answers.every(({ __type }) => __type !== null)).toBe(true);
  });

  test('on SIGHUP all take the secrets that have changed, and go on', async () => {
    const { clientId, clientSecret } = okta.seeded.serviceClient;
    const workers = api.workers();
    const ours = () => verdicts('no token').catch(() => 'not ours');
    expect(await ours()).toBe('not ours');
    writeFileSync(join(directory, 'SERVICE_CLIENTS'), `${clientId}:${clientSecret}\n`);
    writeFileSync(join(directory, 'SEALING_KEY'), `${sealingKey(7)},${sealingKey(6)}`);
    // Needs a restart: no worker uses it before, and no replacement of a worker either.
    writeFileSync(join(directory, 'REDIS_URL'), 'redis://127.0.0.1:9');
    api.child.kill('SIGHUP');
    await expect.poll(ours, patient).toEqual([false]);
    expect(api.workers()).toEqual(workers);
  });

  test.skipIf(process.platform !== 'linux')(
    'no secret is in the arguments of a process, or the environment of a worker',
    () => {
      const ids = [api.child.pid ?? 0, ...api.workers()];
      const shown = execFileSync('ps', ['-o', 'args=', '-p', ids.join()]).toString();
      const environments = api.workers().map((id) => readFileSync(`/proc/${id}/environ`, 'utf8'));
      const { apiClient, apiToken, serviceClient } = okta.seeded;
      const secrets = [apiClient.clientSecret, apiToken, serviceClient.clientSecret, redis.url];
      for (const secret of secrets) {
        expect(shown + environments.join()).not.toContain(secret);
      }
      expect(environments.join()).toContain('OKTA_CLIENT_ID');
    },
  );

  test('a log-out at one is known to all', async () => {
    const { accessToken, refreshToken } = await logIn();
    expect(await verdicts(accessToken)).toEqual([true]);
    await api.ask(logOutQuery, { refreshToken });
    await expect.poll(() => verdicts(accessToken), patient).toEqual([false]);
  });

  test('50 refreshes at once make one call, and all get the same successor', async () => {
    const { refreshToken } = await logIn();
    okta.fail({ path: '/oauth2/default/v1/token', fault: { kind: 'delay', ms: 200 }, times: 1 });
    const answers = await times(50, () => refresh(refreshToken));
    expect(tokenCalls()).toBe(1);
    expect(new Set(answers.map(({ tokens }) => tokens?.refreshToken)).size).toBe(1);
  });

  test('when one is killed the others answer, and its replacement receives earlier events', {
    timeout: 30_000,
  }, async () => {
    const over = await logIn();
    await api.ask(logOutQuery, { refreshToken: over.refreshToken });
    const { refreshToken } = await logIn();
    okta.fail({ path: '/oauth2/default/v1/token', fault: { kind: 'hang' }, times: 1 });
    const [killed = 0, other = 0] = api.workers();
    const answers = times(6, () => refresh(refreshToken).catch(() => null));
    await expect.poll(tokenCalls, patient).toBe(1);

    process.kill(killed, 'SIGKILL');
    const answered = (await answers).filter((answer) => answer !== null);
    expect(answered.length).toBeGreaterThan(0);
    expect((await refresh(refreshToken)).__typename).toBe('RefreshTokenSuccess');
    await expect.poll(() => api.workers().length, patient).toBe(2);
    expect(api.workers()).toContain(other);
    expect(api.workers()).not.toContain(killed);
    expect(api.output()).toContain('worker_ended');

    await expect.poll(() => api.output(), patient).toContain('worker_replaced');
    process.kill(other, 'SIGKILL');
    const fromNew = () => verdicts(over.accessToken).catch(() => null);
    await expect.poll(fromNew, patient).toEqual([false]);

    // The replacements started with another sealing key, and hash like the first workers.
    const hashes = () => api.output().match(/"emailHash":"[^"]+"/g) ?? [];
    const before = hashes().length;
    await logIn();
    await expect.poll(() => hashes().length, patient).toBeGreaterThan(before);
    expect(new Set(hashes()).size).toBe(1);
  });

  test('on SIGTERM each answers what it has begun and what waits in line, and the program ends with 0', async () => {
    const { refreshToken } = await logIn();
    okta.fail({ path: '/oauth2/default/v1/token', fault: { kind: 'delay', ms: 300 }, times: 1 });
    // Blocks this process, which is Okta too.
    const workers = api.workers();
    const answers = times(4, () => refresh(refreshToken));
    await expect.poll(tokenCalls, patient).toBe(1);
    // As on a busy machine: the primary accepts the connections in the system's backlog late.
    api.child.kill('SIGSTOP');
    const inLine = times(50, () => api.ask('{ __typename }', {}));
    for (const worker of workers) process.kill(worker, 'SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 100));
    api.child.kill('SIGTERM');
    api.child.kill('SIGCONT');
    for (const { __typename } of await answers) expect(__typename).toBe('RefreshTokenSuccess');
    for (const data of await inLine) expect(data).toEqual({ __typename: 'Query' });
    expect(await api.exit).toBe(0);
  });

  test('a taken port is named once, and ends the program', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const env = { WORKERS: '2', PORT: `${port}`, REDIS_URL: redis.url, SEALING_KEY: sealingKey(6) };
    const refused = startProgram(okta, env);
    expect(await refused.exit).toBe(1);
    expect(refused.output().match(/Port \d+ is taken/g)).toHaveLength(1);
    other.close();
  });
});

test('two workers without REDIS_URL end with 78, the variable and the fix', async () => {
  await build();
  const issuer = 'https://org.example/oauth2/default';
  const client = { clientId: '0oa0000000000000000A', clientSecret: 'a-secret-of-a-client' };
  const seeded = { apiClient: client, serviceClient: client, apiToken: '00an-api-token' };
  const refused = startProgram({ issuer, seeded }, { WORKERS: '2' });
  expect(await refused.exit).toBe(78);
  expect(refused.output()).toContain('REDIS_URL: It is missing.');
  expect(refused.output()).toContain('or set WORKERS=1');
}, 30_000);
