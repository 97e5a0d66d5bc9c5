import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import type { LogEvent } from '../../src/logging/log.ts';
import { startOkta } from '../embedded/start.ts';
import { build } from '../support/built.ts';
import { createAuthority } from '../support/certificates.ts';
import { behindTls } from '../support/okta-by-tls.ts';
import { oktaEnvOf, spawnApi } from '../support/program.ts';
import { describeWithRedis, startRedis } from '../support/redis.ts';

const folder = mkdtempSync(join(tmpdir(), 'production-'));
afterAll(() => rmSync(folder, { recursive: true }));

let okta: EmbeddedOkta;
let orgUrl: string;
let authorityFile: string;
beforeAll(async () => {
  const authority = createAuthority(folder);
  authorityFile = authority.file;
  okta = await startOkta();
  orgUrl = await behindTls(okta.url, authority.issue('okta', { address: '127.0.0.1' }));
  await build();
}, 60_000);

type Line = Readonly<Record<string, unknown>>;

/** The API as it runs in production, and the lines of its log. */
function start(settings: Readonly<Record<string, string>> = {}) {
  const issuer = `${orgUrl}/oauth2/default`;
  const api = spawnApi({
    env: {
      NODE_ENV: 'production',
      NODE_EXTRA_CA_CERTS: authorityFile,
      HOST: '127.0.0.1',
      PORT: '0',
      SEALING_KEY: Buffer.alloc(32, 7).toString('base64'),
      ...oktaEnvOf({ issuer, seeded: okta.seeded }),
      ...settings,
    },
    cwd: folder,
  });
  onTestFinished(() => {
    api.child.kill('SIGKILL');
  });
  const lines = () =>
    api
      .output()
      .split('\n')
      .flatMap((line): Line[] =>
        line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line)] : [],
      );
  const line = (name: LogEvent) =>
    vi.waitFor(
      () => {
        const found = lines().find(({ event }) => event === name);
        if (found === undefined) throw new Error(`Not logged: ${api.output()}`);
        return found;
      },
      { timeout: 14_000, interval: 50 },
    );
  return { ...api, lines, line };
}

/** What several workers need. */
async function shared(): Promise<Record<string, string>> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  return { WORKERS: '2', REDIS_URL: redis.url };
}

/** The first and the last line of a log. */
async function expectLifeLines(settings: Record<string, string>): Promise<void> {
  const workers = Number(settings['WORKERS']);
  const api = start(settings);
  const started = await api.line('started');
  expect(started).toMatchObject({
    level: 'info',
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:[1-9]/),
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: process.version,
    issuer: `${orgUrl}/oauth2/default`,
    logInFlow: 'password',
    workers,
    redis: workers > 1,
  });
  api.child.kill('SIGTERM');
  expect(await api.exit).toBe(0);
  const stopped = await api.line('stopped');
  expect(stopped).toMatchObject({
    level: 'info',
    reason: 'SIGTERM',
    drainMs: expect.any(Number),
  });
  const logged = api.lines().filter(({ event }) => event === 'started' || event === 'stopped');
  expect(logged).toHaveLength(2);
}

test('with one worker, the log says once what has started and how it has stopped', () =>
  expectLifeLines({ WORKERS: '1' }));

describeWithRedis('with two workers', () => {
  test('the log says once what has started and how it has stopped', async () => {
    await expectLifeLines(await shared());
  });

  test('a fault of the set-up is logged once, and the API serves on', async () => {
    const api = start({
      ...(await shared()),
      OKTA_CLIENT_SECRET: 'a-secret-that-is-wrong',
      OKTA_API_TOKEN: '00wrong',
    });
    const { url } = await api.line('started');
    const findings = () => api.lines().filter(({ check }) => check !== undefined);
    const codes = () => findings().map(({ check }) => check);
    await vi.waitFor(
      () => expect(codes()).toEqual(expect.arrayContaining(['CLIENT', 'MANAGEMENT'])),
      {
        timeout: 10_000,
      },
    );
    await vi.waitFor(async () => {
      const ready = await fetch(`${url}/ready`);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toMatchObject({ checks: { okta: 'misconfigured' } });
    }, 5_000);
    // The issuer of the org is its address without TLS.
    expect(codes().toSorted()).toEqual([
      'CLIENT',
      'ISSUER',
      'MANAGEMENT',
      'PASSWORD_POLICY',
      'SERVICE_CLIENTS',
    ]);
    expect(api.output()).not.toMatch(/a-secret-that|00wrong/);
  });
});
