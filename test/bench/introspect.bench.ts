import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { startEmbeddedOkta } from '../../src/embedded/start.ts';
import { startProcess } from './processes.ts';

const rounds = 5;
const secondsEach = 2;
const file = (name: string) => fileURLToPath(new URL(`introspect/${name}`, import.meta.url));

const okta = await startEmbeddedOkta();
const client = { id: 'resource-server', secret: 'a-secret-of-a-resource-server' };
const api = await startProcess(okta, {
  LOG_LEVEL: 'info',
  METRICS_PORT: '0',
  SERVICE_CLIENTS: `${client.id}:${client.secret}`,
});
const bareProcess = spawn(process.execPath, [file('bare.mjs')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [started] = await once(bareProcess.stdout, 'data');
const bare = String(started).trim();

afterAll(async () => {
  bareProcess.kill();
  await api.stop();
  await okta.close();
});

interface Load {
  readonly path: string;
  readonly authorization: string;
  readonly body: string;
}

/** Requests per second, all of them answered with 2xx. */
async function throughput(url: string, { path, authorization, body }: Load): Promise<number> {
  const { stdout } = await promisify(execFile)(
    'wrk',
    ['-t1', '-c64', `-d${secondsEach}s`, '-s', file('load.lua'), `${url}${path}`],
    { env: { PATH: process.env['PATH'], AUTHORIZATION: authorization, BODY: body } },
  );
  const [, requests, micros, failed] = /RESULT (\d+) (\d+) (\d+)/.exec(stdout) ?? [];
  expect(failed, stdout).toBe('0');
  return (Number(requests) * 1e6) / Number(micros);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

test('gateways get their answers at a fair share of what node:http can give', async () => {
  const { logIn } = await api.ask<{ logIn: { tokens: { accessToken: string } } }>(
    `mutation ($input: LogInInput!) {
      logIn(input: $input) { ... on LogInSuccess { tokens { accessToken } } }
    }`,
    okta.seeded.customer,
  );
  const token = logIn.tokens.accessToken;
  const basic = `Basic ${btoa(`${client.id}:${client.secret}`)}`;
  const loads = [
    { path: '/introspect', authorization: basic, body: `token=${token}` },
    { path: '/auth', authorization: `Bearer ${token}`, body: '' },
  ];
  const ours = new URL(api.url).origin;
  const rows: string[] = [];
  for (const load of loads) {
    const measured = { ours: [] as number[], bare: [] as number[] };
    await throughput(ours, load);
    for (let round = 0; round < rounds; round += 1) {
      measured.bare.push(await throughput(bare, load));
      measured.ours.push(await throughput(ours, load));
    }
    const [mine, least] = [median(measured.ours), median(measured.bare)];
    const ratio = (mine / least).toFixed(2);
    rows.push(`| \`${load.path}\` | ${Math.round(mine)} | ${Math.round(least)} | ${ratio} |`);
  }
  const head = '| Cached token, 64 connections | Requests/s | Bare node:http | Ratio |';
  process.stdout.write(`\n${[head, '| --- | --- | --- | --- |', ...rows].join('\n')}\n\n`);
}, 120_000);
